/** One dispatched event, as a browser sees it. */
export interface StreamedEvent {
  readonly event: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** Reads a stream of events as browsers do, written against the specification. [HTML §9.2.6] */
export class EventStreamReader {
  readonly events: StreamedEvent[] = [];
  /** Comments, less their colon. */
  readonly comments: string[] = [];
  lastEventId = '';
  retry: number | undefined;
  readonly #decoder = new TextDecoder();
  #text = '';
  #id = '';
  #event = '';
  #data: string[] = [];

  /** The payloads of events without a name. */
  get messages(): unknown[] {
    return this.events.flatMap(({ event, data }) => (event === 'message' ? [JSON.parse(data)] : []));
  }

  /** The values of events of a name. */
  named(name: string): unknown[] {
    return this.events.flatMap(({ event, data }) => (event === name ? [JSON.parse(data)] : []));
  }

  read(octets: Uint8Array): void {
    this.#text += this.#decoder.decode(octets, { stream: true });
    for (;;) {
      const [whole, line] = /^([^\r\n]*)(?:\r\n|\n|\r(?!$))/.exec(this.#text) ?? [];
      if (whole === undefined || line === undefined) return;
      this.#text = this.#text.slice(whole.length);
      this.#line(line);
    }
  }

  #line(line: string): void {
    if (line === '') this.#dispatch();
    else if (line.startsWith(':')) this.comments.push(line.slice(1));
    else {
      const at = line.includes(':') ? line.indexOf(':') : line.length;
      this.#field(line.slice(0, at), line.slice(at + 1).replace(/^ /, ''));
    }
  }

  #field(name: string, value: string): void {
    if (name === 'event') this.#event = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }

  #dispatch(): void {
    this.lastEventId = this.#id;
    const data = this.#data.join('\n');
    if (this.#data.length > 0 && data !== '')
      this.events.push({ event: this.#event || 'message', data, lastEventId: this.lastEventId });
    this.#event = '';
    this.#data = [];
  }
}
