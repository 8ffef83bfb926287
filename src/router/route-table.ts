import type { ChannelSelection } from '../core/broker.js';
import { RouterError } from '../core/errors.js';
import type { Route } from '../core/route.js';
import type { TopicRequest } from '../core/topic.js';
import { checkChannelName, checkPatternName, isOwnName } from './channel-name.js';
import { CompiledRoute } from './compiled-route.js';
import { likelyChannel } from './likely-channel.js';
import { MatchCache } from './match-cache.js';
import { describeMismatch } from './mismatch.js';
import { presenceChannel, watchedName } from './presence-channel.js';
import { RouteTrie } from './route-trie.js';

/** How one route did on a channel: the reason is absent where it matched. */
export interface RouteTrial {
  readonly route: Route;
  readonly matched: boolean;
  readonly reason?: string;
}

/** Channels that no route matches are remembered too: a flood of them must not cost a search each. */
const NO_MATCH = Symbol('no match');

/**
 * The compiled routes: anchored, case-sensitive matching in order of declaration, parameters as text without
 * percent-decoding; and back from a route's name and parameters to its channel.
 */
export class RouteTable {
  readonly #routes: readonly CompiledRoute[];
  readonly #byName: ReadonlyMap<string, CompiledRoute>;
  readonly #trie = new RouteTrie();
  readonly #cache: MatchCache<TopicRequest | typeof NO_MATCH>;
  readonly #resolved: MatchCache<string | typeof NO_MATCH>;
  readonly #channelLimit: number;

  /** Throws `SyntaxError` for an expression that the routing linter would have refused. */
  constructor(routes: readonly Route[], options: { channelLimit?: number; cache?: number } = {}) {
    this.#routes = routes.map((route, order) => new CompiledRoute(route, order));
    this.#byName = new Map(this.#routes.map((compiled) => [compiled.route.name, compiled]));
    for (const { forms, route } of this.#routes)
      if (route.handler !== undefined) for (const form of forms) this.#trie.add(form);
    this.#channelLimit = options.channelLimit ?? 255;
    this.#cache = new MatchCache(options.cache ?? 5000);
    this.#resolved = new MatchCache(options.cache ?? 5000);
  }

  get routes(): readonly Route[] {
    return this.#routes.map(({ route }) => route);
  }

  /** Undefined where no route matches. Throws `invalid_channel`. */
  match(channel: string): TopicRequest | undefined {
    const known = this.#cache.get(channel);
    if (known !== undefined) return known === NO_MATCH ? undefined : known;
    checkChannelName(channel, this.#channelLimit);
    const found = this.#trie.match(channel);
    const request = found && { channel, route: found.form.route.route, params: found.params };
    this.#cache.set(channel, request ?? NO_MATCH);
    return request;
  }

  /** See `Router.resolve`. */
  resolve(name: string): string {
    let channel = this.#resolved.get(name);
    if (channel === undefined) {
      channel = this.#meaning(name) ?? NO_MATCH;
      this.#resolved.set(name, channel);
    }
    if (channel !== NO_MATCH) return channel;
    throw this.noRoute(name);
  }

  /** The refusal of a name that no route matches; it says what was perhaps meant. */
  noRoute(name: string): RouterError {
    const likely = likelyChannel(name, (other) => this.#meant(other));
    const hint = likely && `: did you mean ${likely.channel}, ${likely.difference}?`;
    return new RouterError('no_such_route', `no route matches ${name}${hint ?? ''}`);
  }

  #meant(name: string): string | undefined {
    try {
      return this.#meaning(name);
    } catch {
      return undefined;
    }
  }

  /** Throws `invalid_channel` for what cannot be a pattern of channels. */
  checkPattern(pattern: ChannelSelection): void {
    checkPatternName(pattern, this.#channelLimit);
  }

  /** The channel of a route and parameters. Throws `no_such_route` and `invalid_params`. */
  channel(routeName: string, params: Readonly<Record<string, string | number>>): string {
    const compiled = this.#byName.get(routeName);
    if (compiled === undefined) throw new RouterError('no_such_route', `no route is named ${routeName}`);
    const channel = compiled.channel(params);
    checkChannelName(channel, this.#channelLimit);
    return channel;
  }

  /** A name of a presence channel means that of the channel whose name follows. */
  #meaning(name: string): string | undefined {
    const watched = watchedName(name);
    if (watched === undefined) return this.#resolve(name);
    const channel = this.#resolve(watched);
    return channel && presenceChannel(channel);
  }

  /** The first spelling that a route matches. One that is too long as it is written may still be short enough without its prefix. */
  #resolve(name: string): string | undefined {
    let fault: unknown;
    const find = (names: Iterable<string>, isMeant: (request: TopicRequest) => boolean = () => true) => {
      for (const spelling of names) {
        try {
          const request = this.match(spelling);
          if (request !== undefined && isMeant(request)) return spelling;
        } catch (error) {
          fault ??= error;
        }
      }
      return undefined;
    };
    const found =
      find(spellings(name)) ?? find(queueSpellings(name), ({ route }) => route.queue !== undefined);
    if (found === undefined && fault !== undefined) throw fault;
    return found;
  }

  /** Every route in the order tried, up to the one that matches, and why the others do not. Throws `invalid_channel`. */
  explain(channel: string): readonly RouteTrial[] {
    checkChannelName(channel, this.#channelLimit);
    const trials: RouteTrial[] = [];
    for (const compiled of this.#routes) {
      const { route } = compiled;
      const matched = route.handler !== undefined && compiled.match(channel) !== undefined;
      trials.push(
        matched ? { route, matched } : { route, matched, reason: describeMismatch(compiled, channel) },
      );
      if (matched) break;
    }
    return trials;
  }
}

/** What a name of a queue may mean beside: STOMP says what a destination is, here the route does. */
function* queueSpellings(name: string): Generator<string> {
  const bare = name.replace(/^\/queue\/(?=.)/, '');
  if (bare === name || isOwnName(bare)) return;
  yield bare;
  if (bare.includes('.')) yield bare.replaceAll('.', '/');
}

/** What a name of another protocol may mean, in the order in which it is tried. The server's own mean nothing else. */
function* spellings(name: string): Generator<string> {
  yield name;
  const bare = name.replace(/^(?:\/topic)?\/(?=.)/, '');
  if (bare !== name) yield bare;
  if (isOwnName(bare)) return;
  if (bare.includes('.')) yield bare.replaceAll('.', '/');
}
