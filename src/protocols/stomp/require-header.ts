import { RouterError } from '../../core/errors.js';
import type { StompFrame } from './frame-reader.js';

/** The value of a header that the frame cannot do without. Throws `bad_request`. */
export function requireHeader({ command, headers }: StompFrame, name: string): string {
  const value = headers.get(name);
  if (value !== undefined && value !== '') return value;
  throw new RouterError('bad_request', `${command} without the header ${name}`, {
    hint: `send ${name} with each ${command}`,
  });
}

/** A whole number of milliseconds, messages and the like; undefined where the header is absent. Throws `bad_request`. */
export function numberHeader({ command, headers }: StompFrame, name: string): number | undefined {
  const value = headers.get(name)?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new RouterError('bad_request', `the header ${name} of ${command} is not a whole number`, {
    hint: `write ${name} in digits, or leave it out`,
  });
}
