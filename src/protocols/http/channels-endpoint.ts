import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import { type ChannelsOfNode, channelsOfAll, MOST_CHANNELS } from '../../core/channel-summary.js';
import type { Cluster, ClusterAnswers, ClusterNode } from '../../core/cluster.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import { CHANNELS } from './descriptions.js';
import { Query } from './query.js';

/** Channels in one answer, unless another number is asked for. */
const USUAL = 100;

export interface ChannelsParts {
  readonly authenticator: Authenticator;
  readonly cluster: Pick<Cluster, 'ask'>;
  /** This node. */
  readonly node: Pick<ClusterNode, 'answer'>;
}

/**
 * `GET /api/channels?prefix=&after=&limit=&local=` with a back-end key: the channels that somebody is subscribed to on any node, by
 * name, with how many, where each is in its history, and what delivery it promises. `next` is the `after` of the next page,
 * `nodes` how many nodes these are the channels of, `silent` those that did not answer in time. With `local=true` they are those of
 * this node.
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
    const { authenticator, cluster, node } = this.#parts;
    await administratorOf(request, authenticator, 'listing channels');
    const query = new Query(request.url);
    const limit = Math.min(Math.max(query.number('limit') ?? USUAL, 1), MOST_CHANNELS);
    const [prefix = '', after = ''] = [query.text('prefix'), query.text('after')];
    const question = { type: 'channels', prefix, after, limit } as const;
    const isLocal = query.flag('local') === true;
    const { answers, silent } = isLocal ? alone(node.answer(question)) : await cluster.ask(question);
    const { channels, more } = channelsOfAll(answers.values(), limit);
    const next = more ? channels.at(-1)?.channel : undefined;
    return jsonReply(200, { channels, next, nodes: answers.size, silent });
  }
}

function alone(answer: ChannelsOfNode): ClusterAnswers {
  return { answers: new Map([['', answer]]), silent: [] };
}
