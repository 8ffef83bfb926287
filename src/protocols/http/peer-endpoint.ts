import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import {
  type HttpDescription,
  type HttpEndpoint,
  type HttpReply,
  type HttpRequest,
  jsonReply,
} from '../../core/http.js';
import { NAMES, object, TEXT } from './description-parts.js';

const PEER: HttpDescription = {
  summary: 'Say which address the asking peer has, and what proxies say of it',
  credentials: 'bearer',
  reply: object({ address: TEXT, forwarded: NAMES }),
};

/**
 * `GET /api/peer` with a back-end key: the address that the server takes the peer for, by which it counts and blocks, and as
 * `forwarded` what proxies have said of it in `X-Forwarded-For`, in their order.
 */
export class PeerEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/peer';
  readonly description = PEER;
  readonly bodyLimit = 0;
  readonly #authenticator: Authenticator;

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await administratorOf(request, this.#authenticator, 'looking at addresses');
    const { 'x-forwarded-for': forwarded = '' } = request.headers;
    const entries = String(forwarded)
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return jsonReply(200, { address: request.remoteAddress, forwarded: entries });
  }
}
