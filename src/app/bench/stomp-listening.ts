import type { Listener, Listening, ListeningOptions } from './listening.js';

type Headers = Readonly<Record<string, string>>;

/** STOMP 1.2 over WebSocket, as a browser speaks it: each message is one frame, or a heart-beat. */
export class StompListening implements Listening {
  readonly #options: ListeningOptions;
  readonly #listener: Listener;
  readonly #socket: InstanceType<ListeningOptions['WebSocket']>;
  #failure: string | undefined;
  #isOver = false;

  constructor(options: ListeningOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
    const socket = new options.WebSocket(addressOf(options), ['v12.stomp']);
    this.#socket = socket;
    const { host } = new URL(options.url);
    socket.onopen = () => this.#send('CONNECT', ['accept-version:1.2', `host:${host}`]);
    socket.onmessage = ({ data }: { readonly data: unknown }) => this.#heard(data);
    // A close follows, which says less.
    socket.onerror = ({ message }: { readonly message?: string }) => {
      this.#failure = message;
    };
    socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
      this.#end(reason || this.#failure || `ended with ${code}`, code >= 4500 && code <= 4999);
  }

  drop(): void {
    this.#isOver = true;
    this.#socket.close(1000);
  }

  #send(command: string, lines: readonly string[]): void {
    this.#socket.send(`${command}\n${lines.join('\n')}\n\n\0`);
  }

  #heard(data: unknown): void {
    // What is binary is no JSON, and so none of what is published here.
    if (this.#isOver || typeof data !== 'string') return;
    const end = data.indexOf('\n\n');
    const [command, ...lines] = data.slice(0, Math.max(0, end)).split('\n');
    const headers = headersOf(lines);
    if (command === 'MESSAGE') this.#listener.received(jsonOf(data.slice(end + 2)), headers['position']);
    else if (command === 'CONNECTED') this.#subscribe();
    else if (command === 'RECEIPT') this.#began(headers);
    else if (command === 'ERROR') this.#refused(headers);
  }

  #subscribe(): void {
    const { channel, since = '' } = this.#options;
    const destination = `destination:${escaped(channel)}`;
    this.#send('SUBSCRIBE', ['id:0', destination, `since:${since}`, 'receipt:0']);
  }

  /** Where what was missed follows the position is that of each message, and not yet that of all of them. */
  #began({ position, recovered }: Headers): void {
    const isWhole = recovered === undefined ? undefined : recovered === 'true';
    this.#listener.began({ position: isWhole === true ? undefined : position, isWhole });
  }

  #refused({ code, message, reconnect }: Headers): void {
    this.#end(`${code}: ${message}`, reconnect !== 'true');
  }

  #end(reason: string, isRefusal: boolean): void {
    if (this.#isOver) return;
    this.drop();
    this.#listener.ended({ reason, isRefusal });
  }
}

function addressOf({ url, ticket }: ListeningOptions): string {
  const address = new URL(url.replace(/^http/, 'ws'));
  if (ticket !== undefined) address.searchParams.set('ticket', ticket);
  return address.href;
}

/** Of a header that is repeated the first counts. [STOMP 1.2 §Repeated Header Entries] */
function headersOf(lines: readonly string[]): Headers {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon)] ??= unescaped(line.slice(colon + 1));
  }
  return headers;
}

/** Undefined for a body of others, which is text. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body.slice(0, body.lastIndexOf('\0')));
  } catch {
    return undefined;
  }
}

const ESCAPES: Headers = { '\\': '\\\\', ':': '\\c', '\n': '\\n', '\r': '\\r' };
const MEANINGS: Headers = { '\\\\': '\\', '\\c': ':', '\\n': '\n', '\\r': '\r' };

/** [STOMP 1.2 §Value Encoding] */
function escaped(text: string): string {
  return text.replace(/[\\:\n\r]/g, (character) => ESCAPES[character] ?? character);
}

function unescaped(text: string): string {
  return text.replace(/\\[\\cnr]/g, (pair) => MEANINGS[pair] ?? pair);
}
