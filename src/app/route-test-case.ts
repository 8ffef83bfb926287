import type { RouteExpectation } from '../config/index.js';
import { describeActor } from '../core/actor.js';
import type { Payload } from '../core/payload.js';
import type { Operation } from '../core/route.js';
import type { Principal } from '../core/session.js';
import { type AccessTrial, describeDecision } from './access-trial.js';
import { formatParams, formatTrials } from './format-trials.js';

/** What a case came to: in words such as `is refused`, and why. */
export interface RouteTestResult {
  readonly passed: boolean;
  readonly found: string;
  readonly reasons: readonly string[];
}

type Of<K extends RouteExpectation['kind']> = Extract<RouteExpectation, { readonly kind: K }>;

const MOST_PAYLOAD = 60;
const DEEDS: Readonly<Record<Operation, string>> = {
  subscribe: 'subscribe to',
  publish: 'publish to',
  history: 'read the history of',
  presence: 'see who is present in',
  call: 'call',
  register: 'register',
};

/** One expectation of a route test file. */
export class RouteTestCase {
  readonly file: string;
  readonly line: number;
  /** A sentence, such as `user 6 may not subscribe to oro/email_event/5/7`. */
  readonly name: string;
  readonly #expectation: RouteExpectation;
  readonly #trial: AccessTrial;

  constructor(expectation: RouteExpectation, trial: AccessTrial) {
    this.file = expectation.file;
    this.line = expectation.line;
    this.name = nameOf(expectation);
    this.#expectation = expectation;
    this.#trial = trial;
  }

  /** Asks the routes. */
  decide(): RouteTestResult {
    const expectation = this.#expectation;
    if (expectation.kind === 'access') return this.#access(expectation);
    const request = this.#trial.match(expectation.channel);
    if (expectation.kind === 'route') {
      const { name } = request?.route ?? {};
      return this.#result(expectation.route === name, belongs(name));
    }
    if (request === undefined) return this.#result(false, belongs(undefined));
    if (expectation.kind === 'handler') {
      const { handler } = request.route;
      return this.#result(expectation.handler === handler, handled(handler));
    }
    return this.#result(isSame(expectation.params, request.params), having(request.params));
  }

  #access(expectation: Of<'access'>): RouteTestResult {
    const { operation, allowed, routeless } = expectation;
    const decision = this.#trial.decide(expectation);
    if (decision.request !== undefined || (routeless && !allowed)) {
      const found = decision.allowed ? 'is allowed' : 'is refused';
      return { passed: decision.allowed === allowed, found, reasons: describeDecision(decision, operation) };
    }
    // A misspelt channel refuses everybody: that is not the refusal that was meant.
    const { reasons } = this.#result(false, '');
    const remedy = allowed ? [] : ['write route: ~ if no route is meant to match'];
    return { passed: false, found: belongs(undefined), reasons: [...reasons, ...remedy] };
  }

  #result(passed: boolean, found: string): RouteTestResult {
    const { channel } = this.#expectation;
    const trials = passed ? [] : formatTrials(this.#trial.trials(channel), channel);
    return { passed, found, reasons: trials.map((line) => line.trim()) };
  }
}

function nameOf(expectation: RouteExpectation): string {
  const { channel, kind } = expectation;
  switch (kind) {
    case 'route':
      return `${channel} ${belongs(expectation.route)}`;
    case 'handler':
      return `${channel} ${handled(expectation.handler)}`;
    case 'params':
      return `${channel} ${having(expectation.params)}`;
    case 'access':
      return nameOfAccess(expectation);
  }
}

function nameOfAccess({ channel, operation, allowed, principal, payload }: Of<'access'>): string {
  const deed = payload === undefined ? DEEDS[operation] : `publish ${shortened(payload)} to`;
  return `${describeWithClaims(principal)} ${allowed ? 'may' : 'may not'} ${deed} ${channel}`;
}

function describeWithClaims(principal: Principal): string {
  const { claims } = principal;
  const name = describeActor(principal);
  return Object.keys(claims).length === 0 ? name : `${name} with claims ${JSON.stringify(claims)}`;
}

function shortened({ text }: Payload): string {
  return text.length > MOST_PAYLOAD ? `${text.slice(0, MOST_PAYLOAD)}…` : text;
}

function belongs(route: string | undefined): string {
  return `belongs to ${route ?? 'no route'}`;
}

function handled(handler: string | undefined): string {
  return `is handled by ${handler ?? 'nobody'}`;
}

function having(params: Readonly<Record<string, string>>): string {
  const listed = formatParams(params).map((line) => line.trim());
  return listed.length === 0 ? 'has no parameters' : `has ${listed.join(', ')}`;
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
}
