import type { Socket } from '../../src/client/options.js';
import { TYPE } from './wamp2-server.js';

/** One publication, as all of the world would count them. */
interface Entry {
  readonly position: string;
  readonly number: number;
}

/** A message on its way to a client. */
interface Letter {
  readonly message: readonly unknown[];
  /** Of a SUBSCRIBED: the number of the last publication before those that follow, and whether the wish to resume was refused. */
  readonly begins?: { readonly number: number; readonly isRefused: boolean };
}

const SESSION = 'signalbox.session';
const SUBSCRIPTION = 7;

/**
 * One channel with a history, on a server in this process that speaks WAMP v2. What either side says is on its way until it is
 * let through, and the wire can be cut between any two messages.
 */
export class ModelServer {
  readonly wires: Wire[] = [];
  /** The payloads of what clients have published, each once. */
  readonly accepted: unknown[] = [];
  /** How many entries before the position of a returning client are sent again, which a careful server would not. */
  overlap = 0;
  /** How many publications there were, on any history. */
  count = 0;
  /** Called before a SUBSCRIBED reaches its client. */
  begins: (start: { readonly number: number; readonly isRefused: boolean }) => void = () => {};
  readonly #numbers = new Map<string, number>();
  readonly #keys = new Set<string>();
  /** Publications that the store has lost: no server could give them to who has not had them. */
  readonly #gone = new Set<number>();
  #epochs = 0;
  #tokens = 0;
  #offset = 0;
  /** The position before the first entry that is kept. */
  #floor = '';
  #entries: Entry[] = [];

  constructor() {
    this.renew();
  }

  /** For the option of this name. */
  get WebSocket(): new (
    url: string,
    protocols: string[],
  ) => Socket {
    const server = this;
    return class extends Wire {
      constructor() {
        super(server);
        server.wires.push(this);
      }
    };
  }

  get open(): Wire[] {
    return this.wires.filter(({ readyState }) => readyState === 1);
  }

  /** The newest position. */
  get position(): string {
    return this.#entries.at(-1)?.position ?? this.#floor;
  }

  /** How many publications there were at a position. */
  numberAt(position: string): number {
    return this.#numbers.get(position) as number;
  }

  /** The first number from this one on that can be had. */
  from(number: number): number {
    let next = number;
    while (this.#gone.has(next)) next++;
    return next;
  }

  publish(): void {
    this.#offset++;
    const position = this.#place(++this.count);
    this.#entries.push({ position, number: this.count });
    for (const wire of this.open) if (wire.isSubscribed) wire.told.push(eventOf(position, this.count));
  }

  /** Forgets all but the newest. */
  trim(kept: number): void {
    const gone = this.#entries.splice(0, Math.max(0, this.#entries.length - kept));
    this.#floor = gone.at(-1)?.position ?? this.#floor;
  }

  /** Another history begins, as after a restart of a server that keeps it in memory. */
  renew(): void {
    this.#epochs++;
    this.#offset = 0;
    this.#entries = [];
    this.#floor = this.#place(this.count);
    for (const wire of this.open) wire.cut();
  }

  /** The store is as it was some publications ago, and goes on from there under the same epoch. */
  rewind(steps: number): void {
    for (const { number } of this.#entries.splice(Math.max(0, this.#entries.length - steps)))
      this.#gone.add(number);
    this.#offset = Number(this.position.split('.')[1]);
    for (const wire of this.open) wire.cut(4010);
  }

  hear(wire: Wire, [type, id, options, channel, args]: readonly unknown[]): void {
    if (type === TYPE.hello) wire.told.push({ message: welcome });
    if (type === TYPE.subscribe && channel === SESSION) wire.told.push({ message: [TYPE.subscribed, id, 1] });
    if (type === TYPE.subscribe && channel !== SESSION) this.#subscribe(wire, id, options);
    if (type === TYPE.publish) this.#take(wire, id, options as { _key?: string }, args);
    if (type !== TYPE.unsubscribe) return;
    wire.isSubscribed = false;
    wire.told.push({ message: [TYPE.unsubscribed, id] });
  }

  #subscribe(wire: Wire, id: unknown, options: unknown): void {
    const { _recover: since } = options as { _recover: unknown };
    const after = this.#entries.findIndex(({ position }) => position === since) + 1;
    const isRecovered = after > 0 || since === this.#floor;
    const details = {
      _position: isRecovered ? since : this.position,
      ...(since !== true && { _recovered: isRecovered }),
    };
    const number = isRecovered ? this.numberAt(since as string) : this.count;
    const begins = { number, isRefused: since !== true && !isRecovered };
    wire.told.push({ message: [TYPE.subscribed, id, SUBSCRIPTION, details], begins });
    const missed = isRecovered ? this.#entries.slice(Math.max(0, after - this.overlap)) : [];
    wire.told.push(...missed.map(({ position, number }) => eventOf(position, number)));
    wire.isSubscribed = true;
  }

  #take(wire: Wire, id: unknown, { _key: key }: { _key?: string }, args: unknown): void {
    if (key === undefined || !this.#keys.has(key)) this.accepted.push((args as unknown[])[0]);
    if (key !== undefined) this.#keys.add(key);
    wire.told.push({ message: [TYPE.published, id, 1] });
  }

  #place(number: number): string {
    const position = `e${this.#epochs}.${this.#offset}.t${++this.#tokens}`;
    this.#numbers.set(position, number);
    return position;
  }
}

/** One connection. */
class Wire implements Socket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readyState = 0;
  /** What the client has said and the server has not heard. */
  said: string[] = [];
  /** What the server has said and the client has not heard. */
  told: Letter[] = [];
  isSubscribed = false;
  readonly #server: ModelServer;

  constructor(server: ModelServer) {
    this.#server = server;
    queueMicrotask(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.onopen?.({} as never);
    });
  }

  send(text: string): void {
    this.said.push(text);
  }

  /** By the client: what it has said arrives first. */
  close(): void {
    if (this.readyState === 1) this.hear(this.said.length);
    this.readyState = 3;
  }

  /** Lets the server hear so many messages. */
  hear(most: number): void {
    for (const text of this.said.splice(0, most)) this.#server.hear(this, JSON.parse(text));
  }

  /** Lets the client hear so many messages. */
  tell(most: number): void {
    for (const { message, begins } of this.told.splice(0, most)) {
      if (begins !== undefined && this.readyState === 1) this.#server.begins(begins);
      this.onmessage?.({ data: JSON.stringify(message) } as never);
    }
  }

  /** What was on its way is lost. */
  cut(code = 1006): void {
    if (this.readyState !== 1) return;
    this.readyState = 3;
    this.said = [];
    this.told = [];
    this.onclose?.({ code, reason: '' } as never);
  }
}

const welcome = [TYPE.welcome, 5, { roles: {}, agent: 'signalbox/0.1', authid: 'user-5' }];

function eventOf(_position: string, number: number): Letter {
  return { message: [TYPE.event, SUBSCRIPTION, number, { _position }, [number]] };
}
