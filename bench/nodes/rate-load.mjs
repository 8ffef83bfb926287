import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { cpuMicroseconds, processTree } from '../lib/process-tree.mjs';
import { WIRES } from './wires.mjs';

const PATIENCE_MS = 5000;

/** Publishes over HTTP, one node after the other. */
export function publisherTo(ports, { path, headers }) {
  let n = 0;
  return async (channel, payload) => {
    const port = ports[n++ % ports.length];
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ channel, payload }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`publish: ${response.status} ${text}`);
  };
}

/** Subscribers on all nodes, and publications at a fixed rate: what a delivery costs, and how long it takes. */
export class RateLoad {
  #plan;
  #publish;
  #delivered = 0;
  #latencies = [];

  static async start(plan) {
    const load = new RateLoad();
    load.#plan = plan;
    load.#publish = publisherTo(plan.ports, plan.publish);
    const { channels, subscribers } = plan;
    for (let i = 0; i < channels * subscribers; i++) await load.#join(i);
    return load;
  }

  async measure({ seconds }) {
    const { pids, redis, rate, channels, subscribers } = this.#plan;
    const cpu = () => cpuMicroseconds(pids.flatMap(processTree));
    const before = { nodes: cpu(), redis: cpuMicroseconds([redis]) };
    this.#delivered = 0;
    this.#latencies = [];
    const owed = await this.#publishFor(seconds, { rate, channels, subscribers });
    const end = performance.now() + PATIENCE_MS;
    while (this.#delivered < owed && performance.now() < end) await sleep(5);
    const sorted = this.#latencies.sort((a, b) => a - b);
    return {
      ...{ owed, delivered: this.#delivered },
      cpu: (cpu() - before.nodes) / this.#delivered,
      redis: (cpuMicroseconds([redis]) - before.redis) / this.#delivered,
      p50: sorted[Math.floor(sorted.length * 0.5)],
      p99: sorted[Math.floor(sorted.length * 0.99)],
    };
  }

  async #publishFor(seconds, { rate, channels, subscribers }) {
    const start = performance.now();
    const underWay = [];
    for (let n = 0; n < seconds * rate; n++) {
      const payload = { sent: performance.now(), text: 'x'.repeat(70) };
      underWay.push(this.#publish(`bench/${n % channels}`, payload));
      await sleep(Math.max(0, start + ((n + 1) * 1000) / rate - performance.now()));
    }
    await Promise.all(underWay);
    return underWay.length * subscribers;
  }

  #join(i) {
    const { ports, wire, channels } = this.#plan;
    const { path, subprotocol, open, message } = WIRES[wire];
    const socket = new WebSocket(`ws://127.0.0.1:${ports[i % ports.length]}${path}`, subprotocol, {
      perMessageDeflate: false,
    });
    return new Promise((resolve, reject) => {
      const peer = {
        channel: `bench/${Math.floor(i / ports.length) % channels}`,
        send: (value) => socket.send(JSON.stringify(value)),
        sendText: (text) => socket.send(text),
        joined: resolve,
        fail: (text) => reject(new Error(`unexpected message ${text}`)),
        event: ({ sent }) => {
          this.#delivered++;
          this.#latencies.push(performance.now() - sent);
        },
      };
      socket.on('open', () => open(peer));
      socket.on('message', (data) => message(peer, data.toString()));
      socket.on('error', reject);
    });
  }
}
