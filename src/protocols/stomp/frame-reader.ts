import { isRouterError, type RouterError } from '../../core/errors.js';
import { type FrameLimits, LONGEST_COMMAND, malformed, overFrameLimit } from './frame-limits.js';
import { isUnescaped, readHeader, readLine } from './header-line.js';
import { StompHeaders } from './headers.js';
import { HeldOctets } from './held-octets.js';
import { negotiateVersion, type StompVersion } from './version.js';

/** One frame as it arrived. Its body may be a piece of what the network brought. */
export interface StompFrame {
  /** As written; whether there is such a command is for others to say. */
  readonly command: string;
  readonly headers: StompHeaders;
  readonly body: Buffer;
}

/** Why nothing more is read from a peer. */
export interface StompFault {
  /** `bad_request` for what is no frame; otherwise it names the limit. */
  readonly error: RouterError;
  /** What the frame at fault wanted to be acknowledged by, as far as it was read. */
  readonly receipt: string | undefined;
}

/** Where the frames of a peer go. */
export interface StompSink {
  /** A whole frame. What is set or called at the reader meanwhile holds from the next octet on. */
  frame(frame: StompFrame): void;
  /** Octets that are against the protocol or over a limit; nothing is read after them. */
  fault(fault: StompFault): void;
}

const NUL = 0;
const LF = 0x0a;
const CR = 0x0d;
/** More digits would not be exact numbers. */
const LENGTH = /^\d{1,15}$/;
const NO_STOMP = 'is this STOMP? a frame begins with a command such as CONNECT';

/**
 * Cuts the octets of a peer into frames of any version, however the network has cut them. Line ends may be LF or CR LF in
 * all versions, and between frames LF, CR and NUL mean nothing. [STOMP 1.2 §Augmented BNF]
 */
export class FrameReader {
  /** What was agreed on; until then no header is unescaped. */
  version: StompVersion | undefined = undefined;
  readonly #sink: StompSink;
  readonly #limits: FrameLimits;
  readonly #held = new HeldOctets();
  readonly #waiting: Buffer[] = [];
  #stage: 'between' | 'head' | 'open' | 'counted' = 'between';
  #command: string | undefined;
  #headers = new StompHeaders();
  /** Header lines of the frame, repeated ones counted. */
  #lines = 0;
  /** Octets of its head so far. */
  #head = 0;
  /** Octets of its body by `content-length`. */
  #length = 0;
  /** Octets that are left to a peer that has not logged in. */
  #allowance: number;
  #paused = false;
  #reading = false;
  #stopped = false;

  constructor(sink: StompSink, limits: FrameLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#allowance = limits.beforeLogin;
  }

  /** The peer has logged in: it may send as much as it likes from now on, in frames within the limits. */
  admit(): void {
    this.#allowance = Number.POSITIVE_INFINITY;
  }

  read(chunk: Buffer): void {
    if (this.#stopped) return;
    this.#waiting.push(chunk);
    this.#readOn();
  }

  /** Passes on no frame until `resume`; what has arrived and what arrives is kept. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#readOn();
  }

  /** Takes nothing more, and forgets what has arrived. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    this.#held.take();
  }

  #readOn(): void {
    if (this.#reading) return;
    this.#reading = true;
    for (let chunk = this.#next(); chunk !== undefined; chunk = this.#next()) this.#readChunk(chunk);
    this.#reading = false;
  }

  #next(): Buffer | undefined {
    return this.#paused || this.#stopped ? undefined : this.#waiting.shift();
  }

  #readChunk(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      if (this.#paused) {
        this.#waiting.unshift(chunk.subarray(at));
        return;
      }
      at = this.#advanceOrFail(chunk, at);
    }
  }

  #advanceOrFail(chunk: Buffer, at: number): number {
    try {
      return this.#advance(chunk, at);
    } catch (error) {
      if (!isRouterError(error)) throw error;
      const receipt = this.#headers.get('receipt');
      this.stop();
      this.#sink.fault({ error, receipt });
      return chunk.length;
    }
  }

  /** Takes what is next in the chunk; returns where that ends. */
  #advance(chunk: Buffer, at: number): number {
    if (this.#stage === 'between') return this.#skip(chunk, at);
    if (this.#stage === 'head') return this.#readHead(chunk, at);
    return this.#stage === 'open' ? this.#readOpenBody(chunk, at) : this.#readCountedBody(chunk, at);
  }

  #skip(chunk: Buffer, at: number): number {
    let end = at;
    while (end < chunk.length && isNoise(chunk[end])) end++;
    if (end < chunk.length) this.#stage = 'head';
    return end;
  }

  #readHead(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(LF, at);
    const end = found === -1 ? chunk.length : found;
    this.#checkLine(this.#held.size + end - at);
    if (found === -1) return this.#hold(chunk, at);
    this.#takeLine(this.#wholeLine(chunk, at, end));
    return end + 1;
  }

  #wholeLine(chunk: Buffer, at: number, end: number): string {
    this.#head += this.#held.size + end - at + 1;
    if (this.#held.size === 0) return readLine(chunk, at, end);
    const line = this.#held.complete(chunk, at, end);
    return readLine(line, 0, line.length);
  }

  /** Of a line of so many octets, of which there may be more to come. What is reached first is what the peer hears of. */
  #checkLine(size: number): void {
    // its end may be CR LF
    const line = 1 + (this.#command === undefined ? LONGEST_COMMAND : this.#limits.header);
    const section = this.#limits.headerSection - this.#head;
    const allowed = this.#allowance - this.#head;
    const most = Math.min(line, section, allowed);
    if (size <= most) return;
    if (most === allowed) throw overFrameLimit(this.#limits, 'beforeLogin');
    if (most === section) throw overFrameLimit(this.#limits, 'headerSection');
    if (this.#command !== undefined) throw overFrameLimit(this.#limits, 'header');
    throw malformed(`a command of more than ${LONGEST_COMMAND} octets`, NO_STOMP);
  }

  #takeLine(line: string): void {
    if (this.#command === undefined) this.#command = line;
    else if (line === '') this.#endHead(this.#command);
    else {
      if (++this.#lines > this.#limits.headers) throw overFrameLimit(this.#limits, 'headers');
      readHeader(line, this.#headers, isUnescaped(this.#command) ? undefined : this.version);
    }
  }

  #endHead(command: string): void {
    const headers = this.#headers;
    if (isUnescaped(command) && negotiateVersion(headers.get('accept-version')) === '1.0') headers.trim();
    const length = headers.get('content-length')?.trim();
    if (length === undefined) this.#stage = 'open';
    else {
      if (!LENGTH.test(length)) throw malformed('content-length is not a number of octets');
      this.#length = Number(length);
      this.#checkBody(this.#length, this.#length);
      this.#stage = 'counted';
    }
  }

  /** `told`: what the peer says that the size is. */
  #checkBody(size: number, told?: number): void {
    const allowed = this.#allowance - this.#head;
    const most = Math.min(this.#limits.message, allowed);
    if (size <= most) return;
    if (most === allowed) throw overFrameLimit(this.#limits, 'beforeLogin');
    throw overFrameLimit(this.#limits, 'message', told);
  }

  #readOpenBody(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(NUL, at);
    const end = found === -1 ? chunk.length : found;
    this.#checkBody(this.#held.size + end - at);
    return found === -1 ? this.#hold(chunk, at) : this.#deliver(chunk, at, end);
  }

  #readCountedBody(chunk: Buffer, at: number): number {
    const end = at + this.#length - this.#held.size;
    if (end >= chunk.length) return this.#hold(chunk, at);
    if (chunk[end] !== NUL) throw malformed(`no NUL after the ${this.#length} octets of content-length`);
    return this.#deliver(chunk, at, end);
  }

  /** Keeps the rest of the chunk. */
  #hold(chunk: Buffer, at: number): number {
    this.#held.add(chunk, at, chunk.length);
    return chunk.length;
  }

  /** A frame whose body ends there in the chunk, with NUL after it. */
  #deliver(chunk: Buffer, at: number, end: number): number {
    const body = this.#held.complete(chunk, at, end);
    const frame = { command: this.#command ?? '', headers: this.#headers, body };
    this.#allowance -= this.#head + body.length + 1;
    this.#stage = 'between';
    this.#command = undefined;
    this.#headers = new StompHeaders();
    this.#lines = 0;
    this.#head = 0;
    this.#sink.frame(frame);
    return end + 1;
  }
}

function isNoise(octet: number | undefined): boolean {
  return octet === LF || octet === NUL || octet === CR;
}
