import { RouterError } from '../../core/errors.js';
import type { HttpRequest } from '../../core/http.js';
import type { Draft, SettingsDigest } from '../../core/reload.js';
import { checkContentType } from './headers.js';

type Members = Readonly<Record<string, unknown>>;

/** What a draft may have, each with what it has to be. */
const SHAPES: Readonly<Record<keyof Draft, (value: unknown) => boolean>> = {
  routes: Array.isArray,
  handlers: (value) => isMap(value) && Object.values(value).every(isDemands),
  settings: (value) => isMap(value) && isDigest(value),
};

/**
 * The draft that a body holds; undefined for an empty one. Who holds the key has checked the routes: what they hold is found out
 * when they are compiled. Throws `bad_request`.
 */
export function draftOf(request: HttpRequest): Draft | undefined {
  if (request.body.length === 0) return undefined;
  checkContentType(request);
  const members = parsed(request);
  if (members === undefined) throw wrong('the body is no JSON object');
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(SHAPES, name)) throw wrong(`a plan has no "${name}"`);
    if (!SHAPES[name as keyof Draft](value)) throw wrong(`"${name}" is not what it has to be`);
  }
  return given.length === 0 ? undefined : (members as Draft);
}

function parsed({ body }: HttpRequest): Members | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDemands(value: unknown): boolean {
  if (!isMap(value)) return false;
  const { access, asks } = value;
  return typeof asks === 'boolean' && isMap(access) && Object.values(access).every(isTexts);
}

function isDigest({
  salt,
  digests,
  overridden,
}: Members & Partial<Record<keyof SettingsDigest, unknown>>): boolean {
  if (typeof salt !== 'string' || !isTexts(overridden) || !isMap(digests)) return false;
  return isTexts(Object.values(digests));
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isMap(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(reason: string): RouterError {
  return new RouterError(
    'bad_request',
    `${reason}: it is {routes, handlers, settings}, each of them may be left out`,
    {
      hint: 'signalbox plan DIR sends what it has checked',
    },
  );
}
