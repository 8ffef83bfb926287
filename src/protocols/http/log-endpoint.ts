import type { Authenticator } from '../../core/authenticator.js';
import { callerOf } from '../../core/caller.js';
import { RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import type { LoggedMessage, LogQuery } from '../../core/message-log.js';
import type { Router } from '../../core/router.js';
import { LOG } from './descriptions.js';
import { requestSession } from './request-session.js';

const MOST_CHANNELS = 20;
const MOST_LINES = 1000;
const LINES = 50;
const LONGEST_SEARCH = 256;

/**
 * `GET /api/log?channel=chat/room/1&q=words&from=&until=&before=&after=&limit=`: what was said on channels with a log, for
 * those whom `access.history` lets. Times are milliseconds since 1970 or ISO 8601; `before` and `after` are keys of lines, and
 * `next` of the answer is the one for the next page.
 */
export class LogEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/log';
  readonly description = LOG;
  readonly bodyLimit = 0;
  readonly #router: Router;
  readonly #authenticator: Authenticator;

  constructor({ router, authenticator }: { router: Router; authenticator: Authenticator }) {
    this.#router = router;
    this.#authenticator = authenticator;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const principal = await callerOf(request, this.#authenticator);
    const query = readQuery(request.url.searchParams);
    const session = requestSession(principal, request.remoteAddress);
    try {
      const { lines, next } = await this.#router.search(session, query);
      return jsonReply(200, { messages: lines.map(lineOf), next });
    } finally {
      session.closeDown();
    }
  }
}

/** Throws `bad_request`. */
function readQuery(params: URLSearchParams): LogQuery {
  const channels = params.getAll('channel').filter((channel) => channel !== '');
  if (channels.length === 0 || channels.length > MOST_CHANNELS)
    throw new RouterError('bad_request', `name 1 to ${MOST_CHANNELS} channels`, {
      hint: 'write ?channel=chat/room/1, and once more for each other channel',
    });
  const text = params.get('q') ?? undefined;
  if (text !== undefined && text.length > LONGEST_SEARCH)
    throw new RouterError('bad_request', `q is longer than ${LONGEST_SEARCH} characters`);
  return {
    channels: [...new Set(channels)],
    text: text === '' ? undefined : text,
    from: readTime(params, 'from'),
    until: readTime(params, 'until'),
    before: readNumber(params, 'before'),
    after: readNumber(params, 'after'),
    limit: Math.min(Math.max(readNumber(params, 'limit') ?? LINES, 1), MOST_LINES),
  };
}

function readNumber(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name) ?? '';
  if (text === '') return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new RouterError('bad_request', `${name} is not a whole number`);
}

function readTime(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name) ?? '';
  if (text === '' || /^\d+$/.test(text)) return readNumber(params, name);
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new RouterError(
    'bad_request',
    `${name} is neither milliseconds since 1970 nor a time such as 2026-11-28T12:00:00Z`,
  );
}

function lineOf({ key, publication: { id, channel, time, payload, publisher } }: LoggedMessage): unknown {
  return { key, id, channel, time, payload: JSON.parse(payload.json.toString('utf8')), publisher };
}
