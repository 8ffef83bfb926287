import type { Cluster, ClusterCommand, ClusterNode, NodeState } from '../core/cluster.js';
import { randomId } from '../core/session.js';

/** A node that is alone: what it commands it does itself. */
export class MemoryCluster implements Cluster {
  readonly id = randomId();
  #node: ClusterNode | undefined;

  start(node: ClusterNode): void {
    this.#node = node;
  }

  command(command: ClusterCommand): number {
    return this.#node?.obey(command) ?? 0;
  }

  nodes(): readonly NodeState[] {
    return this.#node === undefined ? [] : [{ id: this.id, ...this.#node.state() }];
  }

  close(): void {
    this.#node = undefined;
  }
}
