import type { ChannelQuestion } from '../core/channel-summary.js';
import type { Cluster, ClusterAnswers, ClusterCommand, ClusterNode, NodeState } from '../core/cluster.js';
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

  ask(question: ChannelQuestion): ClusterAnswers {
    const node = this.#node;
    return { answers: new Map(node && [[this.id, node.answer(question)]]), silent: [] };
  }

  nodes(): readonly NodeState[] {
    return this.#node === undefined ? [] : [{ id: this.id, ...this.#node.state() }];
  }

  close(): void {
    this.#node = undefined;
  }
}
