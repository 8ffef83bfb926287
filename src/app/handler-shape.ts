import { readFileSync } from 'node:fs';
import { didYouMean } from '../config/index.js';
import { OPERATIONS } from '../core/route.js';
import { DiscoveryError } from './discovery-error.js';

/** A handler as it was written: in a script its members may be anything. */
interface Written {
  readonly access?: unknown;
  readonly timers?: unknown;
}

/** Where a handler is from. */
export interface Origin {
  readonly name: string;
  readonly file: string;
}

/**
 * Refuses what a handler may say but in another form: what it demands would be other demands, or none. Throws `DiscoveryError` with
 * file and line.
 */
export function checkShape({ access, timers }: Written, origin: Origin): void {
  if (access !== undefined) checkAccess(access, origin);
  if (timers === undefined) return;
  if (!Array.isArray(timers)) throw wrong('timers', 'is no list', { ...origin, hint: TIMER });
  for (const timer of timers as readonly unknown[])
    if (!isTimer(timer)) throw wrong('timers', 'has something that is no timer', { ...origin, hint: TIMER });
}

const TIMER = 'write timers = [{ interval: 1000, tick: (topic) => … }], with milliseconds';
const ACCESS = "write access = { subscribe: ['owner'] }";

function checkAccess(access: unknown, origin: Origin): void {
  if (!isObject(access)) throw wrong('access', 'is no object', { ...origin, hint: ACCESS });
  for (const [operation, rules] of Object.entries(access)) {
    if (!(OPERATIONS as readonly string[]).includes(operation)) {
      const hint = didYouMean(operation, OPERATIONS, `there are ${OPERATIONS.join(', ')}`);
      throw wrong('access', `has "${operation}"`, { ...origin, hint });
    }
    if (rules !== undefined && !isTexts(rules)) {
      const hint = `write ${operation}: ['owner'], or [] for nobody`;
      throw wrong('access', `has a ${operation} that is no list of rules`, { ...origin, hint });
    }
  }
}

function isTimer(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { interval, tick } = value as { readonly interval?: unknown; readonly tick?: unknown };
  return typeof interval === 'number' && interval > 0 && typeof tick === 'function';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(
  member: string,
  what: string,
  { name, file, hint }: Origin & { readonly hint: string },
): DiscoveryError {
  return new DiscoveryError(`${member} of handler ${name} (${file}${lineOf(member, file)}) ${what}: ${hint}`);
}

/** As in `:12`; empty where it cannot be told, as of what a class inherits. */
function lineOf(member: string, file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    const at = text.search(new RegExp(`\\b${member}\\b[^\\n=]*=`));
    return at === -1 ? '' : `:${text.slice(0, at).split('\n').length}`;
  } catch {
    return '';
  }
}
