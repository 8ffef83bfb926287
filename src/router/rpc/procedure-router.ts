import { RouterError } from '../../core/errors.js';
import type { Match } from '../../core/match.js';
import type { Operation } from '../../core/route.js';
import type {
  CallRequest,
  OngoingCall,
  OwnProcedure,
  Procedures,
  RegisterRequest,
  Registration,
} from '../../core/rpc.js';
import type { Session } from '../../core/session.js';
import { timed } from '../../core/timed.js';
import { Refusals } from '../refusals.js';
import { answer, type CallContext, checkArguments, lacks, noSuchProcedure } from './call-context.js';
import { CallTimeouts } from './call-timeouts.js';
import { admitted, type FollowedCall, followed } from './followed-call.js';
import type { LiveRegistration } from './live-registration.js';
import { LocalCall } from './local-call.js';
import { LocalProcedures } from './local-procedures.js';
import { checkCalls, checkRegistrations, Participants } from './participants.js';
import {
  checkPattern,
  checkUnreserved,
  isReserved,
  mayRegister,
  type Surroundings,
} from './procedure-names.js';
import type { ProcedureRouterParts } from './procedure-router-parts.js';
import { noSuchRegistration, Registrations } from './registrations.js';
import { RoutedCall } from './routed-call.js';
import { type ServedProcedure, ServedProcedures } from './served-procedures.js';

const ANSWERED: OngoingCall = { more: () => undefined, cancel: () => undefined };

/**
 * The dealer. A call walks name → route → access → procedure: the server's own, the handler's, or that of a session
 * which has registered it, exactly or by a pattern. What a caller may not call does not exist for it either.
 */
export class ProcedureRouter implements Procedures {
  /** Read for metrics. */
  readonly stats = { calls: 0 };
  readonly #parts: ProcedureRouterParts;
  readonly #served: ServedProcedures;
  readonly #local = new LocalProcedures();
  readonly #participants = new Participants((session) => this.leave(session));
  readonly #registrations: Registrations;
  readonly #context: CallContext;
  readonly #surroundings: Surroundings;

  constructor(parts: ProcedureRouterParts) {
    const { routing, events, logger, limits } = parts;
    this.#parts = parts;
    this.#served = new ServedProcedures(routing);
    this.#surroundings = { routing, limit: limits.channel };
    this.#registrations = new Registrations(this.#participants, events);
    this.#context = {
      participants: this.#participants,
      timeouts: new CallTimeouts((error) =>
        logger.error({ event: 'call_timeout_failed', error }, 'end of a call failed'),
      ),
      refusals: new Refusals({ ...parts, tallies: routing.tallies }),
      logger,
      callTimeout: limits.callTimeout,
      find: (name) => this.#served.find(name),
    };
    events.on('client_identified', ({ session }) => this.#reauthorize(session));
  }

  get registrations(): ReadonlyMap<number, Registration> {
    return this.#registrations.byId;
  }

  /** Calls that are not answered yet. */
  get pending(): number {
    return this.#participants.calls;
  }

  /** Calls whose time is watched. */
  get waiting(): number {
    return this.#context.timeouts.size;
  }

  /** Sessions that have called or registered anything and are still there. */
  get participants(): number {
    return this.#participants.size;
  }

  call(asked: CallRequest): OngoingCall {
    const { session, procedure } = asked;
    if (session.closed) return ANSWERED;
    this.stats.calls++;
    const call = followed(asked, this.#parts.tracer);
    let served: ServedProcedure | undefined;
    try {
      checkCalls(this.#participants.find(session), this.#parts.limits);
      const own = this.#parts.own.get(procedure);
      if (own !== undefined) return this.#callOwn(call, own);
      served = this.#served.find(procedure);
      served.access.check('call', { principal: session.principal, request: served.request });
      checkArguments(call.payload, served.route);
      const local = this.#local.find(served.handler, served.request);
      return local === undefined ? this.#callSession(call, served) : this.#callHandler(call, local, served);
    } catch (error) {
      const refusal = this.#refused(error, { operation: 'call', session, name: procedure, served });
      answer(call, { type: 'refused', error: refusal }, this.#context);
      return ANSWERED;
    }
  }

  register(request: RegisterRequest): Registration {
    const { procedure: name, match } = request;
    const { session } = request.callee;
    let served: ServedProcedure | undefined;
    try {
      if (session.closed) throw new RouterError('unavailable', 'the session has ended');
      checkUnreserved(name);
      if (match === 'exact') served = this.#served.find(name, 'no_such_route');
      if (served !== undefined) this.#checkExact(session, served);
      else if (match !== 'exact')
        checkPattern(session.principal, { match, pattern: name }, this.#surroundings);
      checkRegistrations(this.#participants.find(session), this.#parts.limits);
      return this.#registrations.join(request, served?.request.channel ?? name);
    } catch (error) {
      throw this.#refused(error, { operation: 'register', session, name, served });
    }
  }

  unregister(session: Session, id: number): void {
    if (this.#registrations.part(this.#registrations.of(id), session) === undefined)
      throw noSuchRegistration(id);
  }

  leave(session: Session): void {
    const participant = this.#participants.delete(session);
    if (participant === undefined) return;
    for (const registration of participant.registrations) this.#registrations.part(registration, session);
    for (const call of participant.calls.list()) call.left();
    for (const invocation of participant.invocations.list()) invocation.left();
  }

  revoke(id: number, reason: string, session?: Session): void {
    const registration = this.#registrations.of(id);
    const callees = session === undefined ? registration.callees : [session];
    const parted = callees.flatMap((callee) => this.#registrations.part(registration, callee) ?? []);
    if (parted.length === 0) throw noSuchRegistration(id);
    for (const { callee } of parted) callee.revoked(registration, reason);
  }

  lookup(match: Match, procedure: string): Registration | undefined {
    return this.#registrations.find(match, match === 'exact' ? this.#served.channelOf(procedure) : procedure);
  }

  match(procedure: string): Registration | undefined {
    try {
      const { request, access, handler } = this.#served.find(procedure);
      if (this.#local.find(handler, request) !== undefined) return undefined;
      const may = ({ principal }: Session) => access.allows('register', { principal, request });
      return this.#candidates(request.channel).find(({ callees }) => callees.some(may));
    } catch {
      return undefined;
    }
  }

  /** The routes have changed: ends the registrations that they do not allow any more. */
  reroute(): void {
    for (const registration of [...this.#registrations.byId.values()]) {
      for (const callee of registration.callees) this.#reconsider(callee, registration);
    }
  }

  /** Everybody may, and the time is that of any call: it may ask elsewhere who somebody is. */
  #callOwn(call: FollowedCall, own: OwnProcedure): OngoingCall {
    const procedure = admitted(call, { name: call.procedure, pattern: call.procedure }, own);
    const target = { procedure, channel: call.procedure, timeout: this.#parts.limits.callTimeout };
    return new LocalCall(call, target, this.#context).start();
  }

  #callHandler(
    call: FollowedCall,
    procedure: OwnProcedure,
    { request: { channel, route }, times }: ServedProcedure,
  ): OngoingCall {
    if (call.continues === true) throw lacks(call.procedure, 'arguments that come in parts');
    if (call.headers?.['ppt_scheme'] !== undefined) throw lacks(call.procedure, 'ppt_scheme');
    const { handlerTimeout, callTimeout } = this.#parts.limits;
    const noted: OwnProcedure = (session, event) => timed(times.call, () => procedure(session, event));
    const target = {
      procedure: admitted(call, route, noted),
      channel,
      timeout: Math.min(handlerTimeout, callTimeout),
    };
    return new LocalCall(call, target, this.#context).start();
  }

  #callSession(call: FollowedCall, called: ServedProcedure): OngoingCall {
    call.followed?.allowed(called.route, 'wamp');
    const routed = new RoutedCall(call, called, this.#context);
    for (const registration of this.#candidates(called.request.channel)) {
      if (routed.begin(registration)) return routed;
      if (routed.lacking !== undefined) throw lacks(call.procedure, routed.lacking);
    }
    throw noSuchProcedure(call.procedure);
  }

  /** What may answer a channel, the most fitting first; nothing where the name is the server's own. */
  #candidates(channel: string): readonly LiveRegistration[] {
    if (isReserved(channel)) return [];
    const exact = this.#registrations.exact(channel);
    const patterns = this.#registrations.matches(channel);
    return exact === undefined ? patterns : [exact, ...patterns];
  }

  /** Throws `forbidden`, and `procedure_exists` where the handler answers. */
  #checkExact(session: Session, { access, request, handler, route }: ServedProcedure): void {
    access.check('register', { principal: session.principal, request });
    if (this.#local.find(handler, request) !== undefined) {
      throw new RouterError('procedure_exists', `handler ${route.handler} answers ${request.channel}`);
    }
    const known = this.#registrations.exact(request.channel);
    for (const callee of known?.callees ?? []) {
      if (access.allows('register', { principal: callee.principal, request })) continue;
      // Who has lost the right would keep the name from those who have it.
      if (known !== undefined) this.revoke(known.id, 'wamp.error.not_authorized', callee);
    }
  }

  /** Ends the registrations that a session may no longer have. */
  #reauthorize(session: Session): void {
    for (const registration of [...(this.#participants.find(session)?.registrations ?? [])]) {
      this.#reconsider(session, registration);
    }
  }

  #reconsider(session: Session, registration: LiveRegistration): void {
    if (!this.#mayKeep(session, registration))
      this.revoke(registration.id, 'wamp.error.not_authorized', session);
  }

  #mayKeep({ principal }: Session, { match, key, procedure }: LiveRegistration): boolean {
    if (match !== 'exact') return mayRegister(principal, { match, pattern: key }, this.#surroundings);
    const served = this.#known(procedure);
    if (served === undefined || served.request.channel !== key) return false;
    const { access, request, handler } = served;
    return (
      this.#local.find(handler, request) === undefined && access.allows('register', { principal, request })
    );
  }

  #known(procedure: string): ServedProcedure | undefined {
    try {
      return this.#served.find(procedure, 'no_such_route');
    } catch {
      return undefined;
    }
  }

  /** What the peer may be told. */
  #refused(
    error: unknown,
    {
      operation,
      session,
      name,
      served,
    }: { operation: Operation; session: Session; name: string; served: ServedProcedure | undefined },
  ): RouterError {
    const question = served && { principal: session.principal, request: served.request };
    return this.#context.refusals.of(error, {
      operation,
      session,
      channel: served?.request.channel ?? name,
      route: served?.request.route.name,
      ...(question && { judge: (options) => served.access.judge(operation, question, options) }),
    });
  }
}
