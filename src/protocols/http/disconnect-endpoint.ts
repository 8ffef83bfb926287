import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import { DISCONNECT, RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import type { SessionControl, SessionSelector } from '../../core/session-control.js';
import { JsonBody } from './json-body.js';

/** What the endpoints about sessions need. */
export interface ControlParts {
  readonly control: SessionControl;
  readonly authenticator: Authenticator;
}

/**
 * `POST /api/disconnect` with a back-end key: ends all sessions of a `user`, or one `session`, at once. The credentials of
 * the user that were made before are refused from then on, unless `revoke` is false; the peers are told to come back
 * only with `reconnect`. Answers how many sessions were ended.
 */
export class DisconnectEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/disconnect';
  readonly bodyLimit = 16_384;
  readonly #parts: ControlParts & { revoke(user: string): void };

  constructor(parts: ControlParts & { revoke(user: string): void }) {
    this.#parts = parts;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await administratorOf(request, this.#parts.authenticator, 'disconnecting');
    const body = new JsonBody(request, ['user', 'session', 'reconnect', 'revoke', 'reason']);
    const who = readSelector(body);
    const why = body.flag('reconnect', false) ? DISCONNECT.ended : DISCONNECT.withdrawn;
    const reason = body.name('reason') ?? why.reason;
    if ('user' in who && body.flag('revoke', true)) this.#parts.revoke(who.user);
    return jsonReply(200, { disconnected: this.#parts.control.disconnect(who, { ...why, reason }) });
  }
}

/**
 * `POST /api/rights` with a back-end key: gives the open sessions of a `user` other `roles` and `organizations`, and ends
 * the subscriptions and registrations that these do not cover. Answers how many sessions there are.
 */
export class RightsEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/rights';
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
    return jsonReply(200, { sessions: this.#parts.control.setRights(user, { roles, organizations }) });
  }
}

function readSelector(body: JsonBody): SessionSelector {
  const user = body.name('user');
  const session = body.name('session');
  if (user !== undefined && session === undefined) return { user };
  if (session !== undefined && user === undefined) return { session };
  throw new RouterError('bad_request', 'either user or session has to be given');
}
