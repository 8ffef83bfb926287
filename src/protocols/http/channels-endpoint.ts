import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import { promiseOf } from '../../core/delivery-promise.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import { writePosition } from '../../core/position.js';
import type { Topic } from '../../core/topic.js';
import { CHANNELS } from './descriptions.js';
import { Query } from './query.js';

/** Channels in one answer, unless another number is asked for, and at most. */
const USUAL = 100;
const MOST = 1000;

export interface ChannelsParts {
  readonly authenticator: Authenticator;
  /** The live channels of this node, by name. */
  readonly topics: () => ReadonlyMap<string, Topic>;
}

/**
 * `GET /api/channels?prefix=&after=&limit=` with a back-end key: the channels that somebody is subscribed to on this node, by name,
 * with how many, where each is in its history, and what delivery it promises. `next` is the `after` of the next page.
 */
export class ChannelsEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/channels';
  readonly description = CHANNELS;
  readonly bodyLimit = 0;
  readonly #parts: ChannelsParts;

  constructor(parts: ChannelsParts) {
    this.#parts = parts;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const { authenticator, topics } = this.#parts;
    await administratorOf(request, authenticator, 'listing channels');
    const query = new Query(request.url);
    const limit = Math.min(Math.max(query.number('limit') ?? USUAL, 1), MOST);
    const [prefix = '', after = ''] = [query.text('prefix'), query.text('after')];
    const found = [...topics().values()].filter(
      ({ channel, size }) => size > 0 && channel > after && channel.startsWith(prefix),
    );
    found.sort((a, b) => (a.channel < b.channel ? -1 : 1));
    const page = found.slice(0, limit);
    const next = found.length > limit ? page.at(-1)?.channel : undefined;
    return jsonReply(200, { channels: page.map(describe), next });
  }
}

function describe({ channel, size, position, request: { route } }: Topic): unknown {
  const { kind, promise } = promiseOf(channel, route);
  return {
    channel,
    route: route.name,
    subscribers: size,
    position: position === undefined ? null : writePosition(position),
    kind,
    promise,
  };
}
