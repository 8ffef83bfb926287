import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import type { Cluster } from '../../core/cluster.js';
import { DISCONNECT, RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import type { SessionSelector } from '../../core/session-control.js';
import { DISCONNECTING, RIGHTS } from './descriptions.js';
import { JsonBody } from './json-body.js';

/** What the endpoints about sessions need. */
export interface ControlParts {
  readonly cluster: Pick<Cluster, 'command'>;
  readonly authenticator: Authenticator;
}

/**
 * `POST /api/disconnect` with a back-end key: ends all sessions of a `user`, or one `session`, at once. The credentials of
 * the user that were made before are refused from then on, unless `revoke` is false; the peers are told to come back
 * only with `reconnect`. Answers how many sessions were ended on all nodes that could be reached.
 */
export class DisconnectEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/disconnect';
  readonly description = DISCONNECTING;
  readonly bodyLimit = 16_384;
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await administratorOf(request, this.#parts.authenticator, 'disconnecting');
    const body = new JsonBody(request, ['user', 'session', 'reconnect', 'revoke', 'reason']);
    return endSessions(body, this.#parts.cluster, { revokes: true });
  }
}

/**
 * `POST /api/rights` with a back-end key: gives the open sessions of a `user` other `roles` and `organizations`, and ends
 * the subscriptions and registrations that these do not cover. Answers how many sessions there are on all nodes that could be reached.
 */
export class RightsEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/rights';
  readonly description = RIGHTS;
  readonly bodyLimit = 65_536;
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await administratorOf(request, this.#parts.authenticator, 'changing rights');
    const body = new JsonBody(request, ['user', 'roles', 'organizations']);
    const user = body.name('user');
    const roles = body.names('roles');
    const organizations = body.names('organizations');
    if (user === undefined || roles === undefined || organizations === undefined) {
      throw new RouterError('bad_request', 'user, roles and organizations have to be given', {
        hint: 'send all rights that the user has from now on',
      });
    }
    if (roles.includes('backend')) {
      throw new RouterError('bad_request', 'a user cannot have the role backend: back ends use a key');
    }
    const rights = { roles, organizations };
    return jsonReply(200, { sessions: await this.#parts.cluster.command({ type: 'rights', user, rights }) });
  }
}

/** Ends the sessions that a request names. `revokes` is what holds for credentials where it does not say. Throws `bad_request`. */
export async function endSessions(
  body: JsonBody,
  cluster: Pick<Cluster, 'command'>,
  preset: { readonly revokes: boolean },
): Promise<HttpReply> {
  const who = readSelector(body);
  const why = body.flag('reconnect', false) ? DISCONNECT.ended : DISCONNECT.withdrawn;
  const reason = body.name('reason') ?? why.reason;
  const revokes = body.flag('revoke', preset.revokes);
  const before = Date.now();
  // This node obeys both, also where the first cannot be kept for the others.
  const [, disconnected] = await Promise.all([
    'user' in who && revokes ? cluster.command({ type: 'revoke', user: who.user, before }) : 0,
    cluster.command({ type: 'disconnect', ...who, why: { ...why, reason } }),
  ]);
  return jsonReply(200, { disconnected });
}

function readSelector(body: JsonBody): Exclude<SessionSelector, { readonly sessions: unknown }> {
  const user = body.name('user');
  const session = body.name('session');
  if (user !== undefined && session === undefined) return { user };
  if (session !== undefined && user === undefined) return { session };
  throw new RouterError('bad_request', 'either user or session has to be given');
}
