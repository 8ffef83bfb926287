import { type ClientRequest, type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { Listener, Listening, ListeningOptions } from './listening.js';

/** Characters of the answer to who is not let in. */
const LONGEST_REFUSAL = 65_536;

/** One event of a stream. */
interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
}

/** A stream of events, on a connection of its own. [HTML §9.2] */
export class SseListening implements Listening {
  readonly #listener: Listener;
  readonly #request: ClientRequest;
  readonly #isBack: boolean;
  #text = '';
  #why: string | undefined;
  #mayReturn = true;
  #isOver = false;

  constructor(options: ListeningOptions, listener: Listener) {
    const { url, since, key } = options;
    this.#listener = listener;
    this.#isBack = since !== undefined;
    const headers = {
      accept: 'text/event-stream',
      ...(since !== undefined && { 'last-event-id': since }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    };
    const request = url.startsWith('https:') ? secure : plain;
    this.#request = request(addressOf(options), { headers, agent: false });
    this.#request.on('error', ({ message }) => this.#end(message));
    this.#request.on('response', (answer) => this.#answered(answer));
    this.#request.end();
  }

  drop(): void {
    this.#isOver = true;
    this.#request.destroy();
  }

  #answered(answer: IncomingMessage): void {
    answer.setEncoding('utf8');
    answer.on('error', ({ message }) => this.#end(message));
    if (answer.statusCode !== 200) {
      this.#refused(answer);
      return;
    }
    answer.on('data', (text: string) => this.#read(text));
    answer.on('close', () => this.#end('the stream has ended'));
    // Who has been here before is told more in what follows.
    if (!this.#isBack) this.#listener.began({ position: undefined, isWhole: undefined });
  }

  #refused(answer: IncomingMessage): void {
    const { statusCode = 0 } = answer;
    this.#mayReturn = statusCode === 429 || statusCode >= 500;
    let body = '';
    answer.on('data', (text: string) => {
      if (body.length < LONGEST_REFUSAL) body += text;
    });
    answer.on('close', () => this.#end(reasonIn(body) ?? `/sse answers ${statusCode}`));
  }

  #read(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf('\n\n'); end !== -1; end = this.#text.indexOf('\n\n')) {
      const event = eventOf(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 2);
      if (!this.#isOver) this.#event(event);
    }
  }

  #event({ id, event, data }: StreamEvent): void {
    if (event === 'disconnect') this.#leave(data);
    else if (event === 'ended') this.#withdrawn(data);
    else if (event === 'recovered') this.#listener.began({ position: id, isWhole: isWhole(data) });
    else if (data !== undefined) this.#listener.received(jsonOf(data), id);
    else if (id !== undefined && !this.#isBack) this.#listener.began({ position: id, isWhole: undefined });
  }

  /** The end follows. */
  #leave(data: string | undefined): void {
    const { reason, reconnect } = (jsonOf(data) ?? {}) as { reason?: string; reconnect?: boolean };
    this.#why = reason;
    this.#mayReturn = reconnect !== false;
  }

  #withdrawn(data: string | undefined): void {
    this.#mayReturn = false;
    this.#end(reasonIn(data) ?? 'the subscription was ended');
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.drop();
    this.#listener.ended({ reason: this.#why ?? reason, isRefusal: !this.#mayReturn });
  }
}

function addressOf({ url, channel, ticket }: ListeningOptions): URL {
  const address = new URL(`${url}/sse`);
  address.searchParams.set('channel', channel);
  if (ticket !== undefined) address.searchParams.set('ticket', ticket);
  return address;
}

function eventOf(block: string): StreamEvent {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    const before = fields.get(name);
    fields.set(name, before === undefined || name !== 'data' ? value : `${before}\n${value}`);
  }
  return { id: fields.get('id'), event: fields.get('event'), data: fields.get('data') };
}

/** The stream has one channel. */
function isWhole(data: string | undefined): boolean {
  const told = (jsonOf(data) ?? {}) as Readonly<Record<string, { readonly recovered?: boolean }>>;
  return Object.values(told)[0]?.recovered === true;
}

/** The refusal in what the server says. */
function reasonIn(text: string | undefined): string | undefined {
  const { error } = (jsonOf(text) ?? {}) as { error?: { code: string; message: string } };
  return error && `${error.code}: ${error.message}`;
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
