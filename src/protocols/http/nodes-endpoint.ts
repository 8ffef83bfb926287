import type { Authenticator } from '../../core/authenticator.js';
import { administratorOf } from '../../core/caller.js';
import type { Cluster, NodeState } from '../../core/cluster.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import { NODES } from './descriptions.js';

/**
 * `GET /api/nodes` with a back-end key: the nodes that live, what each says of itself, as `heartbeat` how many milliseconds ago it
 * did, and as `drift` whether they differ in their routes. `this` is the one that answers.
 */
export class NodesEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/nodes';
  readonly description = NODES;
  readonly bodyLimit = 0;
  readonly #cluster: Pick<Cluster, 'id' | 'nodes' | 'silences'>;
  readonly #authenticator: Authenticator;

  constructor(cluster: Pick<Cluster, 'id' | 'nodes' | 'silences'>, authenticator: Authenticator) {
    this.#cluster = cluster;
    this.#authenticator = authenticator;
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    await administratorOf(request, this.#authenticator, 'looking at nodes');
    const nodes = await this.#cluster.nodes();
    const told = nodes.map((node) => ({ ...node, heartbeat: this.#cluster.silences?.get(node.id) ?? 0 }));
    return jsonReply(200, { this: this.#cluster.id, drift: differ(nodes), nodes: told });
  }
}

function differ(nodes: readonly NodeState[]): boolean {
  return new Set(nodes.map(({ routes }) => routes)).size > 1;
}
