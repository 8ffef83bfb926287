import { RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Payload } from '../../core/payload.js';
import type { Route } from '../../core/route.js';
import type { CallReply, CallRequest } from '../../core/rpc.js';
import type { TopicRequest } from '../../core/topic.js';
import type { ChannelAccess } from '../access.js';
import { hasOddSlash } from '../likely-channel.js';
import type { Refusals } from '../refusals.js';
import type { CallTimeouts } from './call-timeouts.js';
import { abandon, type FollowedCall } from './followed-call.js';
import type { Participants } from './participants.js';

/** What all calls of a node share. */
export interface CallContext {
  readonly participants: Participants;
  readonly timeouts: CallTimeouts;
  readonly refusals: Refusals;
  readonly logger: Logger;
  /** Milliseconds that a call may take, whatever its caller asks for. */
  readonly callTimeout: number;
  /** The procedure that a name means at this moment. Throws `no_such_procedure`. */
  find(name: string): Called;
}

/** The procedure that is called, as its route sees it. */
export interface Called {
  readonly request: TopicRequest;
  readonly access: ChannelAccess;
}

/** Answers a call, unless the caller has gone. What the protocol cannot send is a failure of who answers. */
export function answer(call: FollowedCall, reply: CallReply, context: CallContext): void {
  const { session, procedure } = call;
  if (session.closed) {
    if (reply.type !== 'progress') abandon(call);
    return;
  }
  try {
    call.reply(reply);
  } catch (cause) {
    if (reply.type === 'refused') {
      context.logger.error(
        { event: 'answer_failed', session: session.id, channel: procedure, error: cause },
        'answer failed',
      );
      abandon(call, cause);
      return;
    }
    const error = context.refusals.of(cause, { operation: 'call', session, channel: procedure });
    if (reply.type !== 'progress') answer(call, { type: 'refused', error }, context);
  }
}

/** Throws `payload_too_large` for arguments beyond what the route takes. */
export function checkArguments(payload: Payload, { name, limits: { payload: octets } }: Route): void {
  if (octets === undefined || payload.size <= octets) return;
  const text = `arguments of ${payload.size} octets are over limits.payload of ${octets}, which route ${name} sets`;
  throw new RouterError('payload_too_large', text, { limit: 'route.limits.payload' });
}

/** The milliseconds that a caller asks for, at most `most`; `otherwise` where it asks for none. */
export function patience(
  { timeout = 0 }: CallRequest,
  { most, otherwise }: { most: number; otherwise: number },
): number {
  return timeout > 0 ? Math.min(timeout, most) : otherwise;
}

/** The refusal of a call that took longer than `milliseconds`. */
export function lateAnswer(milliseconds: number): RouterError {
  return new RouterError('timeout', `there was no answer within ${milliseconds} ms`, {
    hint: 'ask for a longer timeout, up to limits.call_timeout, or answer faster',
  });
}

export function noSuchProcedure(name: string): RouterError {
  // Whether there is one without them is the business of those who may call it.
  const hint = hasOddSlash(name) && {
    hint: 'write its name without slashes at the ends and in pairs',
  };
  return new RouterError('no_such_procedure', `no procedure is named ${name.slice(0, 256)}`, { ...hint });
}

/** The refusal of a call that needs what its callee lacks. */
export function lacks(name: string, feature: string): RouterError {
  return new RouterError(
    'feature_not_supported',
    `who answers ${name.slice(0, 256)} does not take ${feature}`,
  );
}
