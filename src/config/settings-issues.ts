import type { z } from 'zod';
import { describeSettings } from './describe-settings.js';
import type { FindingCode } from './finding.js';
import { didYouMean, listed } from './suggestion.js';

/** One thing that is wrong with a setting. */
export interface SettingFault {
  readonly path: readonly string[];
  /** Whether the name is meant, not the value. */
  readonly name: boolean;
  readonly code: FindingCode;
  readonly message: string;
  readonly hint: string;
}

/** What the schema found, in our words. */
export function faultsOf(error: z.ZodError): SettingFault[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key]));
    return [
      {
        path,
        name: false,
        code: 'bad-setting' as const,
        message: messageOf(issue, path),
        hint: hintOf(path),
      },
    ];
  });
}

function unknownKey(path: readonly string[]): SettingFault {
  const key = path.at(-1) ?? '';
  const parent = path.slice(0, -1);
  const known = siblings(parent);
  const where = parent.length === 0 ? 'the settings' : parent.join('.');
  const hint = didYouMean(key, known, `${where} can have ${listed(known)}`);
  return { path, name: true, code: 'unknown-key', message: `unknown key "${key}" in ${where}`, hint };
}

function siblings(parent: readonly string[]): string[] {
  const names = describeSettings().map(({ path }) => path.split('.'));
  const below = names.filter((path) => parent.every((part, i) => path[i] === part));
  return [...new Set(below.flatMap((path) => path[parent.length] ?? []))];
}

function messageOf(issue: z.core.$ZodIssue, path: readonly string[]): string {
  const where = path.join('.') || 'the file';
  if (issue.code === 'invalid_type') return `${where} must be a map of settings`;
  return `${where}: ${issue.message}`;
}

function hintOf(path: readonly string[]): string {
  const found = describeSettings().find((setting) => {
    const parts = setting.path.split('.');
    return parts.every((part, i) => path[i] === part);
  });
  if (found !== undefined) {
    const example = found.default === '' ? '' : ` (default: ${found.default})`;
    return `${found.help.charAt(0).toLowerCase()}${found.help.slice(1).replace(/\.$/, '')}${example}`;
  }
  const known = siblings(path);
  return known.length > 0 ? `it can have ${listed(known)}` : 'docs/settings.md lists all settings';
}
