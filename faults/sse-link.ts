import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type Position, readPosition, writePosition } from '../src/core/position.js';
import type { Link, LinkListener } from './link.js';

/** Server-Sent Events, one stream of one channel; written against the wire. */
export class SseLink implements Link {
  readonly #url: string;
  readonly #listener: LinkListener;
  #request: ClientRequest | undefined;
  #answer: IncomingMessage | undefined;
  #channel = '';
  #isBack = false;
  #text = '';
  #why: string | undefined;
  #isOver = false;

  constructor(url: string, listener: LinkListener) {
    this.#url = url;
    this.#listener = listener;
    queueMicrotask(() => {
      if (!this.#isOver) listener.opened();
    });
  }

  subscribe(channel: string, since: Position | undefined): void {
    if (this.#request !== undefined) throw new Error('this stream has its channel already');
    this.#channel = channel;
    this.#isBack = since !== undefined;
    const last = since && { 'last-event-id': writePosition(since) };
    const headers = { accept: 'text/event-stream', ...last };
    this.#request = request(`${this.#url}/sse?channel=${channel}`, { headers, agent: false });
    this.#request.on('error', ({ message }) => this.#end(message));
    this.#request.on('response', (answer) => this.#begin(answer));
    this.#request.end();
  }

  freeze(): void {
    this.#answer?.pause();
  }

  thaw(): void {
    this.#answer?.resume();
  }

  destroy(): void {
    this.#isOver = true;
    this.#request?.destroy();
  }

  #begin(answer: IncomingMessage): void {
    this.#answer = answer;
    if (answer.statusCode !== 200) this.#why = `answered ${answer.statusCode}`;
    answer.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    answer.on('error', ({ message }) => this.#end(message));
    answer.on('close', () => this.#end('closed'));
  }

  #read(text: string): void {
    this.#text += text;
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end === -1 || this.#isOver) return;
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      this.#event(fieldsOf(block));
    }
  }

  #event({ id, event, data }: Readonly<Record<string, string>>): void {
    if (event === 'disconnect') this.#why = data;
    if (event === 'disconnect' || id === undefined) return;
    const position = readPosition(id);
    if (position === undefined) throw new Error(`the id is no position, but ${id}`);
    if (event === 'recovered')
      this.#listener.began(this.#channel, { position, recovered: recoveredOf(data ?? '', this.#channel) });
    else if (data === undefined) this.#first(position);
    else this.#listener.received(this.#channel, position, JSON.parse(data ?? 'null'));
  }

  /** Who has been here before is told more in what follows. */
  #first(position: Position): void {
    if (!this.#isBack) this.#listener.began(this.#channel, { position, recovered: undefined });
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.ended(this.#why ?? why);
  }
}

function fieldsOf(block: string): Readonly<Record<string, string>> {
  const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s));
  return Object.fromEntries(lines.map(([name = '', value = '']) => [name, value]));
}

function recoveredOf(data: string, channel: string): boolean {
  const told = JSON.parse(data) as Readonly<Record<string, { recovered: boolean }>>;
  return told[channel]?.recovered === true;
}
