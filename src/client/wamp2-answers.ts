import type { Heard, Refusal } from './codec.js';
import type { Start } from './progress.js';
import { textOf } from './text-of.js';

type Details = Readonly<Record<string, unknown>>;

/** Where the last part of an error's URI is not already our word for it. */
const CODES: Readonly<Record<string, string>> = {
  authorization_denied: 'forbidden',
  authorization_failed: 'unavailable',
  authorization_required: 'unauthorized',
  invalid_argument: 'bad_request',
  invalid_uri: 'invalid_channel',
  not_authorized: 'forbidden',
  payload_size_exceeded: 'payload_too_large',
  procedure_already_exists: 'procedure_exists',
};

/** Reasons of an ABORT that no other attempt would mend. */
const FINAL =
  /^wamp\.error\.(auth\w+_(denied|required)|authentication_|no_(auth|matching|such)_|not_auth|protocol_)/;

/** The close codes that say the same as a farewell: come back, and stay away. */
const [COME_BACK, STAY_AWAY] = [4000, 4500];

/** The one value of arguments, as the server makes one for protocols without them. */
export function singleValue(args: unknown, kwargs: unknown): unknown {
  const list = (args ?? []) as readonly unknown[];
  if (kwargs == null) return list.length > 1 ? { args: list, kwargs: {} } : (list[0] ?? null);
  return list.length > 0 ? { args: list, kwargs } : kwargs;
}

/** Why the server, or the callee of a call, refused. `event` is the hook that would have. */
export function refusalOf(
  [given, uri, args, kwargs]: readonly unknown[],
  event: string | undefined,
): Refusal {
  const details = (given ?? {}) as Details;
  return {
    code: textOf(details['code']) ?? codeOf(String(uri)),
    message: wordsOf(details, uri, args),
    status: typeof details['status'] === 'number' ? details['status'] : undefined,
    hint: textOf(details['hint']),
    event,
    request: textOf(details['request']),
    ...((args != null || kwargs != null) && { payload: singleValue(args, kwargs) }),
  };
}

/** What an ABORT or a GOODBYE means, unless the code of the close that follows says it. */
export function farewell([details, uri, args]: readonly unknown[]): Heard {
  const code = FINAL.test(String(uri)) ? STAY_AWAY : COME_BACK;
  const given = (details ?? {}) as Details;
  const retryAfter = Number(given['retry_after_ms']) || undefined;
  return { type: 'farewell', why: { code, reason: wordsOf(given, uri, args), retryAfter } };
}

/** Where a subscription begins: the fourth part of SUBSCRIBED, which only a server that knows positions sends. */
export function startOf(given: unknown): Start {
  const { _position, _recovered } = (given ?? {}) as Details;
  return { position: textOf(_position), recovered: _recovered === true };
}

/** The name of an error that is neither WAMP's nor ours is its code: callees and pages may have agreed on it. */
function codeOf(uri: string): string {
  const [, word] = /^(?:wamp|signalbox)\.error\.(.+)/.exec(uri) ?? [];
  return word === undefined ? uri : (CODES[word] ?? word);
}

function wordsOf({ message }: Details, uri: unknown, args: unknown): string {
  return textOf(message) ?? textOf((args as readonly unknown[] | undefined)?.[0]) ?? String(uri);
}
