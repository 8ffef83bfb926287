/** A frame as a client reads it. Of repeated headers the first counts. */
export interface StompReply {
  readonly command: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as it came. */
  readonly octets: Buffer;
}

const LINE_ENDS = /^[\r\n]+/;

/** A frame as a client writes it: headers as they are, `content-length` only if it is among them. */
export function stompFrame(
  command: string,
  headers: Readonly<Record<string, string>> = {},
  body: string | Buffer = '',
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  return Buffer.concat([Buffer.from(`${command}\n${lines.join('')}\n`), Buffer.from(body), Buffer.from([0])]);
}

/** Reads the frames of a server, written against the specification and not against the reader of the server. */
export class StompReplies {
  readonly frames: StompReply[] = [];
  /** Line ends that came between frames and do not follow one: heart-beats. */
  beats = 0;
  #octets = Buffer.alloc(0);
  #afterFrame = false;

  add(octets: Buffer): void {
    this.#octets = Buffer.concat([this.#octets, octets]);
    while (this.#take());
  }

  #take(): boolean {
    this.#skip();
    const head = this.#octets.indexOf('\n\n');
    if (head === -1) return false;
    const [command = '', ...lines] = this.#octets.toString('utf8', 0, head).split('\n');
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon)] ??= line.slice(colon + 1);
    }
    const length = headers['content-length'];
    const start = head + 2;
    const end = length === undefined ? this.#octets.indexOf(0, start) : start + Number(length);
    if (end === -1 || end >= this.#octets.length) return false;
    if (this.#octets[end] !== 0) throw new Error(`no NUL after ${command}`);
    const body = this.#octets.subarray(start, end);
    this.frames.push({ command, headers, body: body.toString('utf8'), octets: Buffer.from(body) });
    this.#octets = this.#octets.subarray(end + 1);
    this.#afterFrame = true;
    return true;
  }

  #skip(): void {
    const [ends = ''] = LINE_ENDS.exec(this.#octets.toString('latin1')) ?? [];
    this.beats += ends.length - (this.#afterFrame && ends !== '' ? 1 : 0);
    if (ends !== '') this.#afterFrame = false;
    this.#octets = this.#octets.subarray(ends.length);
  }
}
