import type { Authenticator } from '../../core/authenticator.js';
import { callerOf } from '../../core/caller.js';
import { RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import type { PresenceReader } from '../../core/presence.js';
import { PRESENCE } from './descriptions.js';
import { requestSession } from './request-session.js';

/** `GET /api/presence?channel=chat/room/1`: who is there, for those whom `access.presence` lets. */
export class PresenceEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/presence';
  readonly description = PRESENCE;
  readonly bodyLimit = 0;
  readonly #router: PresenceReader;
  readonly #authenticator: Authenticator;

  constructor({ router, authenticator }: { router: PresenceReader; authenticator: Authenticator }) {
    this.#router = router;
    this.#authenticator = authenticator;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const principal = await callerOf(request, this.#authenticator);
    const channel = request.url.searchParams.get('channel') ?? '';
    if (channel === '')
      throw new RouterError('bad_request', 'the channel is missing', { hint: 'write ?channel=chat/room/1' });
    const session = requestSession(principal, request.remoteAddress);
    try {
      return jsonReply(200, await this.#router.present(session, channel));
    } finally {
      session.closeDown();
    }
  }
}
