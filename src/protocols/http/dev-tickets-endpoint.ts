import { RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import { isLoopback } from '../../core/loopback.js';
import { DEV_TICKETS } from './descriptions.js';
import { JsonBody } from './json-body.js';

/** Whom somebody wants to be. */
export interface DevGrant {
  readonly user: string;
  readonly organizations: readonly string[];
  readonly roles: readonly string[];
}

/** What proxies add, and browsers cannot: with one of them the peer of the connection is not who asks. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * `POST /dev/tickets`: a ticket for any user, for whoever asks from this machine. For development only; a server in
 * earnest must not have it. Refuses what comes from elsewhere, through a proxy, under a foreign name (as by a name that
 * was bound anew to this address), from a page of another origin, or in a form that such a page may send unasked.
 */
export class DevTicketsEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/dev/tickets';
  readonly description = DEV_TICKETS;
  readonly bodyLimit = 16_384;
  readonly #mint: (grant: DevGrant) => string;

  /** `mint` throws `RangeError` for a grant that no ticket can carry. */
  constructor(mint: (grant: DevGrant) => string) {
    this.#mint = mint;
  }

  handle(request: HttpRequest): HttpReply {
    checkSender(request);
    const body = new JsonBody(request, ['user', 'organizations', 'roles']);
    const user = body.name('user');
    if (user === undefined) throw new RouterError('bad_request', 'user has to be given');
    const grant = {
      user,
      organizations: body.names('organizations') ?? [],
      roles: body.names('roles') ?? [],
    };
    return jsonReply(200, { ticket: this.#minted(grant) });
  }

  #minted(grant: DevGrant): string {
    try {
      return this.#mint(grant);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RouterError('bad_request', error.message, { hint: 'ask for another user, or less' });
    }
  }
}

function checkSender({ remoteAddress, headers }: HttpRequest): void {
  if (!isLoopback(remoteAddress) || FORWARDED.some((name) => headers[name] !== undefined)) {
    throw refusal('tickets for development are for this machine only', 'open the page on the same machine');
  }
  const host = text(headers['host']);
  if (!isLoopback(host.replace(/:\d+$/, ''))) {
    throw refusal(`${host.slice(0, 200)} is not a name of this machine alone`, 'open the page at localhost');
  }
  const origin = headers['origin'];
  if (origin !== undefined && ![`http://${host}`, `https://${host}`].includes(text(origin))) {
    throw refusal(`a page of ${text(origin).slice(0, 200)} is not this server's`, 'use the page at /');
  }
  if (!/^application\/json *(;|$)/i.test(text(headers['content-type']))) {
    throw refusal('the body does not say that it is JSON', 'send the header Content-Type: application/json');
  }
}

function text(header: string | readonly string[] | undefined): string {
  return String(header ?? '').toLowerCase();
}

function refusal(message: string, hint: string): RouterError {
  return new RouterError('forbidden', message, { hint });
}
