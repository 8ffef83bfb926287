import type { z } from 'zod';
import type { SettingMeta } from './setting-kinds.js';
import { settingsSchema } from './settings-schema.js';

/** One setting, as help and documentation show it. */
export interface SettingDescription extends Pick<SettingMeta, 'help' | 'kind'> {
  /** As in `limits.handler_timeout`. */
  readonly path: string;
  /** The environment variable that overrides the file; empty for none. */
  readonly env: string;
  /** The flag that overrides both, without its dashes; undefined where there is none. */
  readonly flag: string | undefined;
  /** As it would be written; empty for none. */
  readonly default: string;
}

/** All settings that have one value each, in the order of the schema. */
export function describeSettings(): readonly SettingDescription[] {
  return SETTINGS;
}

const SETTINGS: readonly SettingDescription[] = walk(settingsSchema, []);

function walk(schema: z.ZodType, path: readonly string[]): SettingDescription[] {
  const meta = schema.meta() as SettingMeta | undefined;
  if (meta?.help !== undefined) return [description(path.join('.'), meta, presetOf(schema))];
  const shape = shapeOf(schema);
  return Object.entries(shape).flatMap(([key, inner]) => walk(inner, [...path, key]));
}

function description(path: string, meta: SettingMeta, preset: unknown): SettingDescription {
  const short = path.replace(/^listen\./, '').replaceAll(/[._]/g, '-');
  return {
    path,
    env: meta.env === false ? '' : (meta.env ?? `SIGNALBOX_${short.replaceAll('-', '_').toUpperCase()}`),
    flag: meta.flag === false ? undefined : (meta.flag ?? short),
    default: written(preset),
    help: meta.help,
    kind: meta.kind,
  };
}

interface Definition {
  readonly type: string;
  readonly defaultValue?: unknown;
  readonly innerType?: z.ZodType;
}

function presetOf(schema: z.ZodType): unknown {
  const { type, defaultValue } = schema.def as Definition;
  return type === 'prefault' ? defaultValue : undefined;
}

/** The members of an object schema, also within its default. */
function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  const { innerType } = schema.def as Definition;
  if (innerType !== undefined) return shapeOf(innerType);
  return (schema as { shape?: Record<string, z.ZodType> }).shape ?? {};
}

function written(preset: unknown): string {
  if (preset === undefined) return '';
  if (Array.isArray(preset)) return preset.length === 1 ? String(preset[0]) : `[${preset.join(', ')}]`;
  if (typeof preset !== 'object' || preset === null) return String(preset);
  const entries = Object.entries(preset).map(([key, value]) => `${key}: ${value}`);
  return entries.length === 0 ? '' : `{ ${entries.join(', ')} }`;
}
