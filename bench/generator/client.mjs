import { connect } from 'node:net';
import { DIGITS, FIRST_SEQUENCE, sequenceAt } from './payload.mjs';
import { clientFrame, OPCODE, scanFrames, upgradeRequest } from './websocket.mjs';

const FINAL = 0x80;
const COLON = 0x3a;
/** Of so many events one is compared octet by octet. */
const SAMPLED = 1000;
const END_OF_HEAD = '\r\n\r\n';
/** All sockets of the process read into the same memory: what is needed longer is copied. */
const inbox = Buffer.allocUnsafeSlow(1 << 17);

/** One connection to the server under test. It checks the sequence number of every event it gets. */
export class Client {
  /** Sequence number that must come next; undefined until the first event. */
  next;
  /** What a wire keeps between frames. */
  partial;
  eventHead = 0;
  isClosed = false;
  #wire;
  #tally;
  #socket;
  #rest;
  #open = false;
  #isStalled = false;
  #bytes;
  #events = 0;
  #ready = deferred();

  constructor(wire, tally) {
    this.#wire = wire;
    this.#tally = tally;
  }

  /** Resolves when the server has said all that comes before the first request. */
  connect(port) {
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: { buffer: inbox, callback: (size) => this.#read(size) },
    });
    this.#socket.on('connect', () => this.#connected(port));
    this.#socket.on('error', (error) => this.fail(error.message));
    this.#socket.on('close', () => this.fail('the server closed the connection'));
    return this.#ready.promise;
  }

  /** Reads nothing any more. */
  stall() {
    this.#isStalled = true;
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  sendFrame(data, opcode) {
    this.#socket.write(clientFrame(data, opcode).frame);
  }

  ready() {
    this.#ready.resolve();
  }

  /** The end of a connection is a failure, but of one that stalled. */
  fail(reason) {
    if (this.#isStalled) {
      this.isClosed = true;
      return;
    }
    this.#tally.failure ??= reason;
    this.#ready.reject(new Error(reason));
  }

  /** Takes an event whose digits start at `at`. */
  event(bytes, at) {
    const tally = this.#tally;
    const sequence = sequenceAt(bytes, at);
    this.#events++;
    if (sequence !== this.next) this.#unexpected(sequence, bytes[at - 1]);
    if (tally.received % SAMPLED === 0) this.#inspect(bytes, at + DIGITS);
    this.next = sequence + 1;
    if (this.#isStalled) return;
    tally.received++;
    tally.latency?.arrived(sequence);
  }

  #unexpected(sequence, before) {
    if (before !== COLON || !(sequence >= FIRST_SEQUENCE)) this.#tally.corrupt++;
    else if (this.next === undefined) return;
    else if (sequence > this.next) this.#tally.lost += sequence - this.next;
    else this.#tally.reordered++;
  }

  #inspect(bytes, at) {
    const { rest } = this.#tally;
    if (bytes.latin1Slice(at, at + rest.length) !== rest) this.#tally.corrupt++;
  }

  #connected(port) {
    const { handshake } = this.#wire;
    if (handshake !== undefined) {
      this.#socket.write(upgradeRequest({ host: `127.0.0.1:${port}`, ...handshake }));
      return;
    }
    this.#open = true;
    this.ready();
  }

  #read(size) {
    const end = (this.#rest?.length ?? 0) + size;
    const bytes = this.#rest === undefined ? inbox : Buffer.concat([this.#rest, inbox.subarray(0, size)]);
    this.#rest = undefined;
    this.#events = 0;
    const done = this.#open ? this.#frames(bytes, end) : this.#response(bytes, end);
    if (done < end) this.#rest = Buffer.from(bytes.subarray(done, end));
    if (this.#events > 0) this.#tally.delivered();
    return true;
  }

  #response(bytes, end) {
    const head = bytes.latin1Slice(0, end);
    const stop = head.indexOf(END_OF_HEAD);
    if (stop === -1) return 0;
    if (!head.startsWith('HTTP/1.1 101 ')) {
      this.fail(`the server refused: ${head.slice(0, head.indexOf('\r'))}`);
      return end;
    }
    this.#open = true;
    const start = stop + END_OF_HEAD.length;
    return start + this.#frames(bytes.subarray(start, end), end - start);
  }

  #frames(bytes, end) {
    this.#bytes = bytes;
    return scanFrames(bytes, end, this.#take);
  }

  #take = (head, start, stop) => {
    if (head === (FINAL | OPCODE.ping)) {
      this.sendFrame(Buffer.from(this.#bytes.subarray(start, stop)), OPCODE.pong);
    } else if (head === (FINAL | OPCODE.text) || head === (FINAL | OPCODE.binary)) {
      this.#wire.message(this, this.#bytes, start, stop);
    } else {
      this.fail(`unexpected frame ${head.toString(16)} ${this.#bytes.toString('utf8', start + 2, stop)}`);
    }
  };
}

function deferred() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}
