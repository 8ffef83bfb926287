import type { Authenticator } from '../../core/authenticator.js';
import { backendOf } from '../../core/caller.js';
import { RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import type { Principal } from '../../core/session.js';
import type { IssuedTicket, TicketGrant } from '../../core/ticket-grant.js';
import { TICKETS } from './descriptions.js';
import { readTicketBody, type TicketTimes } from './ticket-body.js';

/** Octets of a body; a ticket that says more would be too long. */
const BODY_LIMIT = 16_384;

export interface TicketsEndpointSettings extends TicketTimes {
  readonly authenticator: Authenticator;
  /** Throws `RangeError` for a grant that no ticket can carry. */
  readonly mint: (grant: TicketGrant) => IssuedTicket;
}

/**
 * `POST /api/tickets`: a ticket for a user, made for back ends that cannot or will not sign one themselves. A key makes
 * tickets for every user and role, unless it is bound to channels or to `tickets: false`.
 */
export class TicketsEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/tickets';
  readonly description = TICKETS;
  readonly bodyLimit = BODY_LIMIT;
  readonly #settings: TicketsEndpointSettings;

  constructor(settings: TicketsEndpointSettings) {
    this.#settings = settings;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    checkRight(await backendOf(request, this.#settings.authenticator, 'making tickets'));
    const grant = readTicketBody(request, this.#settings);
    return jsonReply(200, this.#mint(grant));
  }

  #mint(grant: TicketGrant): IssuedTicket {
    try {
      return this.#settings.mint(grant);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RouterError('bad_request', error.message, {
        hint: 'docs/access.md says what tickets can grant',
      });
    }
  }
}

/** Who may do something with certain channels only would otherwise make itself a user who may do more. */
function checkRight({ id, scope, claims }: Principal): void {
  if (scope === undefined && claims['tickets'] !== false) return;
  throw new RouterError('forbidden', `the key ${id} may not make tickets`, {
    hint: 'use a key without channels and without tickets: false',
  });
}
