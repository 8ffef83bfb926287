import { RouterError } from '../../core/errors.js';
import { IdMap } from '../../core/id-map.js';
import type { Payload } from '../../core/payload.js';
import type { Callee, Invocation, InvokePolicy, Procedures, Registration } from '../../core/rpc.js';
import type { Session } from '../../core/session.js';
import { checkUri } from './check-uri.js';
import { MESSAGE, Wamp2Error } from './codec.js';
import { authidRecord } from './disclosure.js';
import { passthruOf } from './event.js';
import type { ClientMessage } from './messages.js';
import type { Wire } from './wire.js';

type Of<T extends ClientMessage['type']> = Extract<ClientMessage, { readonly type: T }>;

export interface AnsweringParts {
  readonly session: Session;
  readonly procedures: Procedures;
  readonly wire: Wire;
  readonly strictUris: boolean;
  readonly features: Callee['features'];
  /** Whether the peer understands that a registration is taken away. */
  readonly canBeRevoked: boolean;
}

const POLICIES: readonly InvokePolicy[] = ['single', 'roundrobin', 'random', 'first', 'last'];

/** The procedures that one session registers, and the calls that it answers. */
export class Answering implements Callee {
  readonly session: Session;
  readonly features: Callee['features'];
  readonly #parts: AnsweringParts;
  readonly #invocations = new IdMap<Invocation>();
  #last = 0;
  #request = 0;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    this.session = parts.session;
    this.features = parts.features;
  }

  register({ request, procedure, options }: Of<'register'>): void {
    const { procedures, wire, strictUris } = this.#parts;
    try {
      const { match } = options;
      const invoke = policyOf(options.invoke);
      checkUri(procedure, { match, strict: strictUris });
      this.#request = request;
      procedures.register({
        callee: this,
        procedure,
        match,
        invoke,
        disclose: options.discloseCaller,
        forwardTimeout: options.forwardTimeout,
      });
    } catch (error) {
      wire.refuse(MESSAGE.REGISTER, request, error);
    }
  }

  unregister({ request, registration }: Of<'unregister'>): void {
    const { procedures, wire, session } = this.#parts;
    try {
      procedures.unregister(session, registration);
      wire.send([MESSAGE.UNREGISTERED, request]);
    } catch (error) {
      wire.refuse(MESSAGE.UNREGISTER, request, error);
    }
  }

  registered({ id }: Registration): void {
    this.#parts.wire.send([MESSAGE.REGISTERED, this.#request, id]);
  }

  invoke(invocation: Invocation): void {
    const id = this.#last + 1;
    // What cannot be sent leaves nothing behind.
    this.#send(id, invocation, invocation.payload, invocation.continues);
    this.#last = id;
    this.#invocations.set(id, invocation);
    invocation.number = id;
  }

  more(invocation: Invocation, payload: Payload, continues: boolean): void {
    if (this.#isKnown(invocation)) this.#send(invocation.number, invocation, payload, continues);
  }

  interrupt(invocation: Invocation, mode: 'kill' | 'killnowait', reason: string): void {
    if (!this.#isKnown(invocation)) return;
    this.#parts.wire.send([MESSAGE.INTERRUPT, invocation.number, { mode, reason }]);
  }

  ended(invocation: Invocation): void {
    if (this.#isKnown(invocation)) this.#invocations.delete(invocation.number);
  }

  /** [WAMP2 §Registration Revocation] */
  revoked({ id }: Registration, reason: string): void {
    if (!this.#parts.canBeRevoked) return;
    this.#parts.wire.send([MESSAGE.UNREGISTERED, 0, { registration: id, reason }]);
  }

  yield({ request, options, payload }: Of<'yield'>): void {
    const invocation = this.#find(request, 'YIELD');
    if (invocation === undefined) return;
    if (options.progress) invocation.progress(payload, options.passthru);
    else {
      this.#invocations.delete(request);
      invocation.result(payload, options.passthru);
    }
  }

  fail({ requestType, request, error: uri, payload, passthru }: Of<'error'>): void {
    if (requestType !== MESSAGE.INVOCATION) {
      throw new Wamp2Error(`ERROR.REQUEST.Type must be ${MESSAGE.INVOCATION}`);
    }
    const invocation = this.#find(request, 'ERROR');
    if (invocation === undefined) return;
    this.#invocations.delete(request);
    invocation.fail({ uri, payload, headers: passthru });
  }

  /** Undefined for one that is over. Throws for one that there never was. */
  #find(request: number, message: string): Invocation | undefined {
    const invocation = this.#invocations.get(request);
    if (invocation !== undefined || (request > 0 && request <= this.#last)) return invocation;
    throw new Wamp2Error(`${message} for an invocation that there was not`);
  }

  #isKnown(invocation: Invocation): boolean {
    return this.#invocations.get(invocation.number) === invocation;
  }

  #send(id: number, invocation: Invocation, payload: Payload, continues: boolean): void {
    const { registration, procedure, caller, wantsProgress, timeout, headers } = invocation;
    const details = {
      ...(procedure !== undefined && { procedure }),
      ...(caller && authidRecord('caller', caller)),
      ...(wantsProgress && { receive_progress: true }),
      ...(continues && { progress: true }),
      ...(timeout !== undefined && { timeout }),
      ...passthruOf(headers),
    };
    this.#parts.wire.send([MESSAGE.INVOCATION, id, registration.id, details], payload);
  }
}

function policyOf(name = 'single'): InvokePolicy {
  const policy = POLICIES.find((known) => known === name);
  if (policy === undefined) throw new RouterError('bad_request', `there is no policy ${name}`);
  return policy;
}
