import type { ChannelQuestion, ChannelsOfNode } from './channel-summary.js';
import type { Disconnect } from './errors.js';
import type { MaybePromise } from './maybe-promise.js';
import type { Principal } from './session.js';

/** What one node tells all of them to do to their sessions. */
export type ClusterCommand =
  | { readonly type: 'disconnect'; readonly user: string; readonly why: Disconnect }
  | { readonly type: 'disconnect'; readonly session: string; readonly why: Disconnect }
  /** Credentials of a user, or without one of everybody, that were made before are no longer taken. */
  | { readonly type: 'revoke'; readonly user: string | undefined; readonly before: number }
  /** Read settings, routes and handlers again; how many sessions there were is then 1 for the node. */
  | { readonly type: 'reload' }
  | {
      readonly type: 'rights';
      readonly user: string;
      readonly rights: Pick<Principal, 'roles' | 'organizations'>;
    };

/** What a node says of itself. */
export interface NodeState {
  readonly id: string;
  readonly version: string;
  /** A hash of its routing table: nodes that differ route differently. */
  readonly routes: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly connections: number;
  readonly sessions: number;
  readonly channels: number;
  readonly subscriptions: number;
  /** How late the event loop is, in milliseconds. */
  readonly lag: number;
}

/** What all nodes have said to one question. */
export interface ClusterAnswers {
  /** By the id of the node, this one first. */
  readonly answers: ReadonlyMap<string, ChannelsOfNode>;
  /** Nodes that live and have not answered in time. */
  readonly silent: readonly string[];
}

/** A node as its cluster sees it. */
export interface ClusterNode {
  /** Does what a command says here, before it returns to how many sessions. */
  obey(command: ClusterCommand): number;
  /** What there is here. It must not throw. */
  answer(question: ChannelQuestion): ChannelsOfNode;
  /** Commands are lost that were given while others could not be reached: nobody's session may live on unseen. */
  missed(): void;
  /** Asked now and then. */
  state(): Omit<NodeState, 'id'>;
}

/** The nodes that serve one installation together. */
export interface Cluster {
  /** This node. */
  readonly id: string;
  start(node: ClusterNode): MaybePromise<void>;
  /**
   * Has all nodes obey, this one before it returns. Resolves to how many sessions there were on those nodes that answered in
   * time; one that cannot be reached now obeys when it can. Throws `unavailable` when the command could not be kept for the
   * others; this node has obeyed then.
   */
  command(command: ClusterCommand): MaybePromise<number>;
  /** Asks all nodes that live, this one included. Throws `unavailable` where it is not known now which these are. */
  ask(question: ChannelQuestion): MaybePromise<ClusterAnswers>;
  /** Those that live, this one included, the oldest first. */
  nodes(): MaybePromise<readonly NodeState[]>;
  /** Milliseconds since the last sign of life of each node, as heard when `nodes` was asked. Left out by one that is alone. */
  readonly silences?: ReadonlyMap<string, number>;
  /** Leaves the others: they do not wait for it to die. */
  close(): MaybePromise<void>;
}
