import type { DevBoard } from '../../core/dev-news.js';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../../core/http.js';
import { NULL_METER } from '../../core/meter.js';
import { OperatorStreams } from './admin/operator-streams.js';

/** Pages that are open at a time, of somebody who develops. */
const MOST = 64;

/**
 * `GET /dev/events`, while an application is developed: what becomes of its files, as they change. An event `news` has whether the
 * server goes by them, and a text for people; a page that comes while something is wrong is told at once. An event `pages` says that
 * a page, or a part of one, is another. The text has lines of files, so it is for pages that may connect alone, and under a name of
 * this server: another may have been bound anew to its address.
 */
export class DevEventsEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/dev/events';
  readonly bodyLimit = 0;
  readonly #board: DevBoard;
  readonly #checkOrigin: (origin: HttpRequest['headers'][string]) => void;
  readonly #streams = new OperatorStreams({ most: MOST, meter: NULL_METER });

  /** `checkOrigin` throws `forbidden` for an origin that may not connect. */
  constructor(board: DevBoard, checkOrigin: (origin: HttpRequest['headers'][string]) => void) {
    this.#board = board;
    this.#checkOrigin = checkOrigin;
  }

  handle({ headers }: HttpRequest): HttpReply {
    this.#checkPage(headers);
    return this.#streams.reply((stream) => {
      const { last } = this.#board;
      if (last?.applied === false) stream.send('news', last);
      stream.whenEnded(
        this.#board.listen({
          news: (news) => stream.send('news', news),
          pagesChanged: () => stream.send('pages', {}),
        }),
      );
    });
  }

  /** Pages name no origin to the server that they are from, only its name. */
  #checkPage({ origin, host }: HttpRequest['headers']): void {
    if (origin !== undefined) {
      this.#checkOrigin(origin);
      return;
    }
    try {
      this.#checkOrigin(`http://${host}`);
    } catch {
      this.#checkOrigin(`https://${host}`);
    }
  }
}
