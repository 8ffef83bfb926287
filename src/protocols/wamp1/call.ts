import { type Arguments, singleValue } from '../../core/arguments.js';
import { writeJson } from '../../core/json-values.js';
import { Payload } from '../../core/payload.js';
import type { CallReply } from '../../core/rpc.js';
import { encodeError, resultHead } from './codec.js';

/**
 * The arguments of a CALL. A single list or object is read as the arguments themselves, as Ratchet does and Gos's
 * procedures count on.
 */
export function readArguments(args: readonly unknown[]): Payload {
  const [only] = args;
  if (args.length !== 1 || typeof only !== 'object' || only === null) {
    return Payload.ofArguments({ list: args });
  }
  return Payload.ofArguments(
    Array.isArray(only) ? { list: only } : { list: [], map: only as Arguments['map'] },
  );
}

/** The answer to a CALL; undefined for a part of a result, for which WAMP v1 has no word. */
export function encodeReply(callId: string, procedure: string, reply: CallReply): string | undefined {
  switch (reply.type) {
    case 'progress':
      return undefined;
    case 'result':
      return `${resultHead(callId)}${reply.payload.json.toString('utf8')}]`;
    case 'refused': {
      const { code, status, message, hint, request } = reply.error;
      return encodeError(callId, procedure, message, { code: status, error: code, hint, request });
    }
    case 'failed':
      return encodeFailure(callId, reply.failure.uri, reply.failure.payload.arguments);
  }
}

/** The first text is the description, and the details are what else there is. [WAMP1 §CALLERROR] */
function encodeFailure(callId: string, uri: string, { list, map }: Arguments): string {
  const [first, ...rest] = list;
  const described = typeof first === 'string';
  const details = writeJson(singleValue({ list: described ? rest : list, map }));
  return encodeError(callId, uri, described ? first : '', JSON.parse(details));
}
