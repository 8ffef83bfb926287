import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import type { Cluster, NodeState } from '../../core/cluster.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import { NODES } from './descriptions.js';

/**
 * `GET /api/nodes` with a back-end key: the nodes that live, what each says of itself, and as `drift` whether they differ in
 * their routes. `this` is the one that answers.
 */
export class NodesEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/nodes';
  readonly description = NODES;
  readonly bodyLimit = 0;
  readonly #cluster: Pick<Cluster, 'id' | 'nodes'>;
  readonly #authenticator: Authenticator;

  constructor(cluster: Pick<Cluster, 'id' | 'nodes'>, authenticator: Authenticator) {
    this.#cluster = cluster;
    this.#authenticator = authenticator;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await administratorOf(request, this.#authenticator, 'looking at nodes');
    const nodes = await this.#cluster.nodes();
    return jsonReply(200, { this: this.#cluster.id, drift: differ(nodes), nodes });
  }
}

function differ(nodes: readonly NodeState[]): boolean {
  return new Set(nodes.map(({ routes }) => routes)).size > 1;
}
