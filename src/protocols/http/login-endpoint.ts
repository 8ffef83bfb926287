import type { Authenticator } from '../../core/authenticator.js';
import { RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import { readAttempt } from '../../core/read-attempt.js';
import type { Principal } from '../../core/session.js';
import type { IssuedTicket, TicketGrant } from '../../core/ticket-grant.js';
import { LOGIN } from './descriptions.js';

export interface LoginEndpointSettings {
  readonly authenticator: Authenticator;
  /** Throws `RangeError` for a grant that no ticket can carry. */
  readonly mint: (grant: TicketGrant) => IssuedTicket;
  /** Milliseconds until its tickets expire. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/**
 * `POST /api/login`: a ticket for who sends a name and a password as HTTP Basic, since browsers cannot send them along with a
 * WebSocket. It is good for what the password is, and no longer. A page of another origin cannot send that header unasked.
 */
export class LoginEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/login';
  readonly description = LOGIN;
  readonly bodyLimit = 0;
  readonly #settings: LoginEndpointSettings;

  constructor(settings: LoginEndpointSettings) {
    this.#settings = settings;
  }

  async handle({ remoteAddress, headers }: HttpRequest): Promise<HttpReply> {
    const attempt = readAttempt({ remoteAddress, headers });
    if (attempt.credential?.source !== 'basic') {
      throw new RouterError('unauthorized', 'a login takes a name and a password', {
        hint: 'send the header Authorization: Basic',
      });
    }
    const principal = await this.#settings.authenticator.authenticate(attempt);
    if (principal === undefined) throw new RouterError('unauthorized', 'the name or the password is wrong');
    return jsonReply(200, this.#mint(grantOf(principal, this.#settings)));
  }

  #mint(grant: TicketGrant): IssuedTicket {
    try {
      return this.#settings.mint(grant);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RouterError('forbidden', `no ticket can say who this is: ${error.message}`);
    }
  }
}

/** A ticket has no words for a bound on channels, nor for a back end: who has one would be more than before. */
function grantOf(
  { kind, id, roles, organizations, scope, grants, expires }: Principal,
  { ttl, clock = Date.now }: LoginEndpointSettings,
): TicketGrant {
  if (kind !== 'user' || id === undefined || scope !== undefined) {
    throw new RouterError('forbidden', 'this login gets no tickets', { hint: 'use it as it is' });
  }
  const left = expires === undefined ? undefined : expires - clock();
  return {
    user: id,
    organizations,
    roles,
    ttl: Math.min(ttl, left ?? ttl),
    ...(grants && { channels: grants }),
    ...(left !== undefined && { session: left }),
  };
}
