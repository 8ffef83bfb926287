import { expect } from 'vitest';
import { makeFolder } from '../../support/folder.js';
import { KEY, ServerProcess } from '../../support/server.js';
import { StompTestPeer } from '../../support/stomp-peer.js';
import { eventually } from '../../support/until.js';
import { Wamp2TestPeer } from '../../support/wamp2-peer.js';

type Figures = ReadonlyMap<string, number>;
/** What has changed, by metric and labels; of histograms the count. */
export type Change = Readonly<Record<string, unknown>>;

/** Octets go with whatever is sent, and Redis is asked every three seconds: they are looked at only where they are named. */
const NOISE = /^signalbox_(?:sent_bytes_total|broker_roundtrip_seconds)/;

/** A built server, and what its metrics say. */
export class MeteredServer {
  readonly url: string;
  readonly folder: string;
  readonly #server: ServerProcess;

  private constructor(server: ServerProcess, folder: string) {
    this.#server = server;
    this.folder = folder;
    this.url = server.url;
  }

  static async start(files: Readonly<Record<string, string>>): Promise<MeteredServer> {
    const folder = makeFolder(files);
    const server = await ServerProcess.start({ config: `${folder}/signalbox.yml` });
    return new MeteredServer(server, folder);
  }

  /** A peer of WAMP v2; with headers as it knocks. */
  peer(headers: Readonly<Record<string, string>> = {}, query = ''): Promise<Wamp2TestPeer> {
    return Wamp2TestPeer.connect(`${this.url.replace('http', 'ws')}/ws${query}`, 'json', headers);
  }

  async stomp(): Promise<StompTestPeer> {
    const peer = await StompTestPeer.webSocket(`${this.url.replace('http', 'ws')}/stomp`);
    await peer.connect({ 'accept-version': '1.2' });
    return peer;
  }

  post(path: string, body: unknown, key = KEY): Promise<Response> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    return fetch(`${this.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  publish(channel: string, payload: unknown = 1): Promise<Response> {
    return this.post('/api/publish', { channel, payload });
  }

  reload(): Promise<Response> {
    return this.post('/api/reload', {});
  }

  async close(): Promise<void> {
    await this.#server.stop();
  }

  /** Does `cause`, and waits until the metrics have changed by exactly this. */
  async expectChange(cause: () => unknown, expected: Change): Promise<void> {
    await this.#settled();
    const before = await this.#figures();
    await cause();
    await eventually(async () => {
      const change = difference(before, await this.#figures());
      const counted = Object.entries(change).filter(([name]) => name in expected || !NOISE.test(name));
      expect(Object.fromEntries(counted)).toEqual(expected);
    });
  }

  async value(name: string): Promise<number> {
    return (await this.#figures()).get(name) ?? 0;
  }

  /** Until two readings are the same: what the test before has begun is over. */
  async #settled(): Promise<void> {
    let last = '';
    await eventually(async () => {
      const now = JSON.stringify([...(await this.#figures())].filter(([name]) => !NOISE.test(name)));
      const isSame = now === last;
      last = now;
      if (!isSame) throw new Error('metrics still change');
    });
  }

  async #figures(): Promise<Figures> {
    const headers = { authorization: `Bearer ${KEY}` };
    const text = await (await fetch(`${this.url}/metrics`, { headers })).text();
    const lines = text.matchAll(/^(signalbox_\w+(?:\{.*\})?) (\S+)$/gm);
    return new Map(
      [...lines]
        .map(([, name = '', value]) => [name, Number(value)] as const)
        .filter(([name]) => !/^signalbox_\w+(?:_bucket|_sum)\b/.test(name)),
    );
  }
}

function difference(before: Figures, after: Figures): Change {
  const names = new Set([...before.keys(), ...after.keys()]);
  const changes = [...names].map((name) => [name, (after.get(name) ?? 0) - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}
