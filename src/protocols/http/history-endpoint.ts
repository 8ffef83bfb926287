import type { Authenticator } from '../../core/authenticator.js';
import { RouterError } from '../../core/errors.js';
import { readHistoryQuery } from '../../core/history-page.js';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../../core/http.js';
import type { Router } from '../../core/router.js';
import { HISTORY } from './descriptions.js';
import { Query } from './query.js';
import { readerOf } from './reader.js';
import { requestSession } from './request-session.js';
import { valueReply } from './value-reply.js';

/** What reads need. */
export interface ReadingParts {
  readonly router: Router;
  /** Lets strangers in where the installation does. */
  readonly authenticator: Authenticator;
}

/**
 * `GET /api/history?channel=news&since=&limit=&reverse=`: what was published on a channel with a history, page by page, for those
 * whom `access.history` lets. `position` of the answer, sent as `since`, gives what follows.
 */
export class HistoryEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/history';
  readonly description = HISTORY;
  readonly crossOrigin = true;
  readonly bodyLimit = 0;
  readonly #parts: ReadingParts;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const { router, authenticator } = this.#parts;
    const principal = await readerOf(request, authenticator);
    const query = new Query(request.url);
    const [name = '', ...more] = query.channels;
    if (more.length > 0) throw new RouterError('bad_request', 'histories are read one channel at a time');
    const wanted = readHistoryQuery({
      since: query.text('since'),
      limit: query.number('limit'),
      reverse: query.flag('reverse'),
    });
    const session = requestSession(principal, request.remoteAddress);
    try {
      return valueReply(await router.historyPage(session, router.resolve(name), wanted));
    } finally {
      session.closeDown();
    }
  }
}
