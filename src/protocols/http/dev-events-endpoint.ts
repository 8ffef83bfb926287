import type { DevBoard } from '../../core/dev-news.js';
import type { HttpEndpoint, HttpReply } from '../../core/http.js';
import { NULL_METER } from '../../core/meter.js';
import { OperatorStreams } from './admin/operator-streams.js';

/** Pages that are open at a time, of somebody who develops. */
const MOST = 64;

/**
 * `GET /dev/events`, while an application is developed: what becomes of its files, as they change. An event `news` has whether the
 * server goes by them, and a text for people; a page that comes while something is wrong is told at once. An event `pages` says that
 * a page, or a part of one, is another.
 */
export class DevEventsEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/dev/events';
  readonly bodyLimit = 0;
  readonly #board: DevBoard;
  readonly #streams = new OperatorStreams({ most: MOST, meter: NULL_METER });

  constructor(board: DevBoard) {
    this.#board = board;
  }

  handle(): HttpReply {
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
}
