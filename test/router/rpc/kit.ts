import { Payload } from '../../../src/core/payload.js';
import type {
  Callee,
  CallReply,
  CallRequest,
  Invocation,
  OngoingCall,
  RegisterRequest,
  Registration,
} from '../../../src/core/rpc.js';
import type { TestPeer, TestServer } from '../../../src/testing.js';

/** A callee without a wire protocol: keeps what it is asked and answers when the test says so. */
export class TestCallee implements Callee {
  readonly session: Callee['session'];
  readonly features: Callee['features'];
  /** What it heard, in order. */
  readonly heard: unknown[] = [];
  readonly invocations: Invocation[] = [];

  constructor(peer: TestPeer, features: Partial<Callee['features']> = {}) {
    this.session = peer.session;
    this.features = { canceling: true, progressiveInvocations: true, passthru: true, ...features };
  }

  get last(): Invocation {
    const last = this.invocations.at(-1);
    if (last === undefined) throw new Error('nobody has invoked it');
    return last;
  }

  registered({ id, procedure }: Registration): void {
    this.heard.push(['registered', id, procedure]);
  }

  invoke(invocation: Invocation): void {
    this.invocations.push(invocation);
    this.heard.push(['invoke', ...invocation.payload.arguments.list]);
  }

  more(_invocation: Invocation, payload: Payload, continues: boolean): void {
    this.heard.push(['more', ...payload.arguments.list, continues]);
  }

  interrupt(_invocation: Invocation, mode: string, reason: string): void {
    this.heard.push(['interrupt', mode, reason]);
  }

  ended(): void {
    this.heard.push(['ended']);
  }

  revoked({ id }: Registration, reason: string): void {
    this.heard.push(['revoked', id, reason]);
  }
}

export const values = (...list: unknown[]): Payload => Payload.ofArguments({ list });

export function register(
  { procedures }: TestServer,
  callee: Callee,
  procedure: string,
  more: Partial<RegisterRequest> = {},
): Registration {
  return procedures.register({ callee, procedure, match: 'exact', invoke: 'single', ...more });
}

/** A call, and its answers in short words, in order. */
export function call(
  { procedures }: TestServer,
  { session }: TestPeer,
  procedure: string,
  { args = [], ...more }: Partial<CallRequest> & { readonly args?: readonly unknown[] } = {},
): OngoingCall & { readonly replies: unknown[] } {
  const replies: unknown[] = [];
  const reply = (given: CallReply) => void replies.push(inShort(given));
  const ongoing = procedures.call({ session, procedure, payload: values(...args), reply, ...more });
  return {
    replies,
    more: (payload, continues) => ongoing.more(payload, continues),
    cancel: (mode) => ongoing.cancel(mode),
  };
}

function inShort(reply: CallReply): unknown {
  if (reply.type === 'refused') return reply.error.code;
  if (reply.type === 'failed') return [reply.failure.uri, ...reply.failure.payload.arguments.list];
  return [reply.type, ...reply.payload.arguments.list];
}
