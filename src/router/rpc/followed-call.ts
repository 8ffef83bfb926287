import { RouterError } from '../../core/errors.js';
import type { Route } from '../../core/route.js';
import type { CallReply, CallRequest, OwnProcedure } from '../../core/rpc.js';
import type { OperationTrace, Tracer } from '../../core/tracer.js';

/** A call with what follows it, where it is traced. */
export interface FollowedCall extends CallRequest {
  readonly followed?: OperationTrace | undefined;
}

/** The call; where it is chosen to be traced, its trace ends with its answer. */
export function followed(call: CallRequest, tracer: Tracer | undefined): FollowedCall {
  const trace = tracer?.begin('call', call.session, call.procedure, call);
  if (trace === undefined) return call;
  const reply = (reply: CallReply) => {
    call.reply(reply);
    if (reply.type !== 'progress') trace.end(errorIn(reply));
  };
  return { ...call, followed: trace, reply };
}

/** A procedure that a call has come to: what it does is of the trace. */
export function admitted(
  { followed: trace }: FollowedCall,
  to: Pick<Route, 'name' | 'pattern'>,
  procedure: OwnProcedure,
): OwnProcedure {
  if (trace === undefined) return procedure;
  trace.allowed(to);
  return (session, event) => trace.handle(() => procedure(session, event));
}

/** Notes that a session is asked for the answer; the result ends that with what it says, or without anything that anybody gets. */
export function noteAsking({ followed: trace }: FollowedCall): ((reply?: CallReply) => void) | undefined {
  const end = trace?.ask();
  return end && ((reply) => end(reply === undefined ? gone() : errorIn(reply)));
}

/** The call has ended without an answer that anybody gets. */
export function abandon({ followed: trace }: FollowedCall, why: unknown = gone()): void {
  trace?.end(why);
}

function gone(): RouterError {
  return new RouterError('canceled', 'the caller has gone');
}

/** A name that the procedure has for its error is one of any number, and is not told. */
function errorIn(reply: CallReply): unknown {
  if (reply.type === 'refused') return reply.error;
  return reply.type === 'failed' ? new Error('the procedure failed') : undefined;
}
