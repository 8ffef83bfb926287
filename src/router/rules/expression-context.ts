import type { Principal } from '../../core/session.js';
import { isOwner } from './named-rules.js';
import type { Question } from './rule.js';

/** The user as an expression sees it: what a principal lacks is absent, so that a rule about it cannot hold. */
export class RuleUser {
  readonly kind: string;
  readonly id?: string;
  readonly key?: string;
  readonly roles: readonly string[];
  readonly organizations: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;

  constructor({ kind, id, roles, organizations, claims }: Principal) {
    this.kind = kind;
    if (id !== undefined && kind === 'user') this.id = id;
    if (id !== undefined && kind === 'backend') this.key = id;
    this.roles = roles;
    this.organizations = organizations;
    this.claims = claims;
  }
}

const users = new WeakMap<Principal, RuleUser>();

/** The variables of an expression; the payload is parsed only if it is read. */
export class Context {
  readonly #question: Question;

  constructor(question: Question) {
    this.#question = question;
  }

  get user(): RuleUser {
    const { principal } = this.#question;
    const known = users.get(principal);
    if (known !== undefined) return known;
    const user = new RuleUser(principal);
    users.set(principal, user);
    return user;
  }

  get params(): Readonly<Record<string, string>> {
    return this.#question.request.params;
  }

  get channel(): string {
    return this.#question.request.channel;
  }

  get payload(): unknown {
    return this.#question.payload?.value ?? null;
  }

  get now(): Date {
    return new Date();
  }

  get owner(): boolean {
    return isOwner(this.#question);
  }
}
