import type { Authenticator } from '../../../core/authenticator.js';
import { RouterError } from '../../../core/errors.js';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../../../core/http.js';
import type { MaybePromise } from '../../../core/maybe-promise.js';
import { checkOperator } from './operator.js';

/** Who is let in, and for what. */
export interface AdminGate {
  /** Knows the key of the operators, and nothing else. */
  readonly authenticator: Authenticator;
  readonly mode: 'read' | 'full';
}

export interface AdminAddress {
  readonly method: 'GET' | 'POST';
  /** What follows `/admin/api/`. */
  readonly name: string;
  /** Whether it changes something, for which the key alone is not enough. */
  readonly changes?: boolean;
  /** Whether it answers below its address, too. */
  readonly below?: boolean;
  /** Whether its answer has no end. */
  readonly holds?: boolean;
}

/** Octets of a body, where there is one. */
const BODY = 262_144;

/** One address of operators: nothing is looked at before the key. */
export class AdminEndpoint implements HttpEndpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly below: boolean;
  readonly holds: boolean;
  readonly bodyLimit: number;
  readonly #gate: AdminGate;
  readonly #changes: boolean;
  readonly #answer: (request: HttpRequest) => MaybePromise<HttpReply>;

  constructor(
    gate: AdminGate,
    { method, name, changes = false, below = false, holds = false }: AdminAddress,
    answer: (request: HttpRequest) => MaybePromise<HttpReply>,
  ) {
    this.method = method;
    this.path = `/admin/api/${name}`;
    this.below = below;
    this.holds = holds;
    this.bodyLimit = method === 'POST' ? BODY : 0;
    this.#gate = gate;
    this.#changes = changes;
    this.#answer = answer;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await checkOperator(request, this.#gate.authenticator);
    if (this.#changes && this.#gate.mode !== 'full') {
      throw new RouterError('forbidden', 'operators may only look: admin.mode is read', {
        hint: 'set admin.mode: full, or SIGNALBOX_ADMIN_MODE=full, and start the server again',
      });
    }
    return this.#answer(request);
  }
}
