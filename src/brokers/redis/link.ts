import type { BrokerHealth } from '../../core/broker.js';
import type { Argument, PushListener, Reply } from './connection.js';
import type { Names } from './names.js';
import type { Script } from './script.js';

/** What a part that uses the link is told. */
export interface LinkListener {
  /**
   * Redis was away and is back, and sends all subscribed channels again: what was published on those meanwhile is lost as far as
   * it is not kept.
   */
  restored(): void;
}

/** How this node talks to Redis, be it one server, one that Sentinel names, or a Cluster. */
export interface RedisLink {
  readonly names: Names;
  readonly health: BrokerHealth;
  /** Scripts that servers are to know before anything is asked of them. To be called before `start`. */
  prepare(...scripts: readonly Script[]): void;
  /** To be called before `start`. */
  watch(listener: LinkListener): void;
  /** Throws an error for people where Redis cannot be reached, or does not let us in. May be called again. */
  start(): Promise<void>;
  /** Whether what is asked about a key now would be sent at all. */
  isUp(key: string): boolean;
  /**
   * A command; `key` says which server of a Cluster, and is not itself sent. Commands about one key reach the server in the order
   * made. Throws `unavailable`, at once while Redis is away: what was sent may be done all the same. Throws `ReplyError`.
   */
  command(key: string, args: readonly Argument[]): Promise<Reply>;
  /** Likewise a script. The first key says which server; all keys have to be of one partition. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply>;
  /**
   * The channel is named by `names`, and has one listener. Resolves when nothing that is published from now on is missed; if it
   * rejects with `unavailable`, the channel is subscribed to all the same as soon as Redis is back.
   */
  subscribe(channel: string, listener: PushListener): Promise<void>;
  /** The listener is not called any more. */
  unsubscribe(channel: string): void;
  /**
   * What is published on all channels of kind `c`, beside what is subscribed to otherwise. Resolves and rejects as `subscribe`. In a
   * Cluster those who publish see to it: on the channel `all` of the partition, with the channel and the end of a line before it.
   */
  hearAll(listener: PushListener): Promise<void>;
  hearNoMore(): void;
  /** Resolves when what was published on the channel before the call has come. */
  settled(channel: string): Promise<void>;
  /** Publishes on a channel named by `names`. Throws as `command`. */
  publish(channel: string, message: Argument): Promise<void>;
  /**
   * Reads a stream as it grows, from what follows the entry `after` (`$` for its end), on a connection of its own, which is made
   * anew when it breaks and reads on where it was. Ends with the call of what it returns, and with `close`.
   */
  follow(stream: string, after: string, listener: StreamListener): () => void;
  close(): void;
}

/** Called for each entry in turn, with its fields and values. */
export type StreamListener = (id: string, fields: readonly Buffer[]) => void;
