import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, SocketAddress } from 'node:net';
import { RouterError } from '../core/errors.js';

export interface PeerAddressOptions {
  /** Addresses and ranges, such as `10.0.0.0/8`, of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[];
  /** Addresses and ranges of peers that are refused. */
  readonly blocked?: readonly string[];
  /** Called once, for the first peer of this network that forwards others and is not trusted. */
  readonly untrusted?: (proxy: string) => void;
}

/** Entries of `X-Forwarded-For` that are looked at, from the right. */
const MOST_ENTRIES = 32;
/** Characters of the longest entry: brackets, an IPv6 address with a zone, a port. */
const LONGEST_ENTRY = 80;

/** Networks that no stranger on the internet has an address of. [RFC 1918 §3] [RFC 4193 §3] */
const INSIDE = rangesOf(['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1', 'fc00::/7']);

/** Tells whose a request is, where proxies stand before the server, and who is not let in. */
export class PeerAddresses {
  readonly #trusted: BlockList | undefined;
  readonly #blocked: BlockList | undefined;
  #untrusted: ((proxy: string) => void) | undefined;

  /** Throws for what is neither an address nor a range. */
  constructor({ trustedProxies = [], blocked = [], untrusted }: PeerAddressOptions = {}) {
    this.#trusted = trustedProxies.length === 0 ? undefined : rangesOf(trustedProxies);
    this.#blocked = blocked.length === 0 ? undefined : rangesOf(blocked);
    this.#untrusted = untrusted;
  }

  /** The address that a request comes from; empty when the peer has gone already. */
  of({ socket, headers }: IncomingMessage): string {
    const forwarded = headers['x-forwarded-for'];
    return this.resolve(socket.remoteAddress, forwarded === undefined ? undefined : String(forwarded));
  }

  /**
   * The address of the peer, or what a trusted one forwards: from right to left, each is believed while the one after
   * it is trusted. Something that is no address ends it, so the last good one counts.
   */
  resolve(peer: string | undefined, forwarded: string | undefined): string {
    let address = readAddress(peer ?? '') ?? '';
    if (forwarded === undefined) return address;
    if (!isIn(this.#trusted, address)) {
      this.#warn(address);
      return address;
    }
    for (const entry of fromTheRight(forwarded)) {
      const next = readAddress(entry);
      if (next === undefined) break;
      address = next;
      if (!isIn(this.#trusted, address)) break;
    }
    return address;
  }

  /** True for an address that is not let in. */
  isBlocked(address: string): boolean {
    return isIn(this.#blocked, address);
  }

  /** Throws `forbidden` for an address that is not let in. */
  check(address: string): void {
    if (this.isBlocked(address)) {
      throw new RouterError('forbidden', 'the address is blocked', { hint: 'ask who runs this server' });
    }
  }

  /** A proxy that is not listed makes all peers look like one, and share its limits. */
  #warn(address: string): void {
    if (this.#untrusted === undefined || !isIn(INSIDE, address)) return;
    this.#untrusted(address);
    this.#untrusted = undefined;
  }
}

/** One text for each address, IPv4 where IPv6 only wraps it; undefined for anything else. */
function readAddress(text: string): string | undefined {
  const bare = withoutPort(text.slice(0, LONGEST_ENTRY).trim());
  const [plain = ''] = bare.split('%', 1);
  const family = isIP(plain);
  if (family === 4) return plain;
  if (family === 0) return undefined;
  const { address } = new SocketAddress({ address: plain, family: 'ipv6' });
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** Proxies write `1.2.3.4:567`, `[2001:db8::1]:567` and the address alone. */
function withoutPort(text: string): string {
  const [, inBrackets, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  return inBrackets ?? dotted ?? text;
}

function* fromTheRight(list: string): Generator<string> {
  let end = list.length;
  for (let i = 0; i < MOST_ENTRIES && end >= 0; i++) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1);
    const entry = list.slice(comma + 1, end);
    yield entry.length > LONGEST_ENTRY ? '' : entry;
    end = comma;
  }
}

function isIn(ranges: BlockList | undefined, address: string): boolean {
  if (ranges === undefined || address === '') return false;
  return ranges.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

function rangesOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
