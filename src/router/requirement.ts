import type { Requirement } from '../core/route.js';

/** Says whether a parameter may have a value: the one check for matching and for generating. */
export type Predicate = (value: string) => boolean;

/** What common expressions cost is a loop over character codes instead of a regular expression. */
const LOOPS = new Map<string, Predicate>([
  ['\\d+', everyCode((code) => code >= 48 && code <= 57)],
  ['[0-9]+', everyCode((code) => code >= 48 && code <= 57)],
  ['[a-z]+', everyCode((code) => code >= 97 && code <= 122)],
  ['\\w+', everyCode(isWordCode)],
]);

/** A parameter without a requirement takes anything but a slash, and is never empty. */
export const ANY_SEGMENT: Predicate = (value) => value !== '' && !value.includes('/');

/** Compiles a requirement to a check of the whole value. Throws `SyntaxError` for a bad expression. */
export function compileRequirement(requirement: Requirement, utf8: boolean): Predicate {
  const holds = LOOPS.get(requirement.pattern) ?? expression(requirement.pattern, utf8);
  return requirement.wildcard ? (value) => value === '*' || holds(value) : holds;
}

/** Flags of every expression: the dot matches a line break, as in the ancestor; case counts. */
export function flags(utf8: boolean): string {
  return utf8 ? 'su' : 's';
}

/** Whether an expression may match text with a slash, so that its parameter can span segments. */
export function maySpanSegments(pattern: string): boolean {
  const withoutExclusions = pattern.replaceAll(/\[\^[^\]]*\/[^\]]*\]/g, '');
  return /\/|(?<!\\)\.|\[\^|\\[DWSx]|\\u/.test(withoutExclusions.replaceAll(/\[[^\]^][^\]]*\]/g, keepSlash));
}

/** In a character class only a slash itself, or a range around it, matters. */
function keepSlash(characterClass: string): string {
  const body = characterClass.slice(1, -1);
  return new RegExp(`[${body}]`).test('/') ? '/' : '';
}

function expression(pattern: string, utf8: boolean): Predicate {
  const whole = new RegExp(`^(?:${pattern})$`, flags(utf8));
  return (value) => value !== '' && whole.test(value);
}

function everyCode(holds: (code: number) => boolean): Predicate {
  return (value) => {
    for (let i = 0; i < value.length; i++) if (!holds(value.charCodeAt(i))) return false;
    return value !== '';
  };
}

function isWordCode(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
  );
}
