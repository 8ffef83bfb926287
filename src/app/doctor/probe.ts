import { randomBytes } from 'node:crypto';
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plain,
  type RequestOptions,
} from 'node:http';
import { request as secure } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** Milliseconds for an answer. */
const PATIENCE = 10_000;
const LONGEST_BODY = 16 * 1024 ** 2;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Certificates are looked at by a check of their own; a key is sent to nobody who has none that is trusted. */
function ask(url: URL, path: string, options: RequestOptions = {}) {
  const request = url.protocol === 'https:' ? secure : plain;
  const { authorization } = (options.headers ?? {}) as Readonly<Record<string, unknown>>;
  const trust = { rejectUnauthorized: authorization !== undefined };
  return request(new URL(path, url), { timeout: PATIENCE, ...options, ...trust });
}

export interface GetOptions {
  /** Milliseconds for the answer. */
  readonly patience?: number;
  /** The address of this machine to ask from. */
  readonly localAddress?: string | undefined;
}

/** A GET. Rejects with the error of the socket. */
export function get(
  url: URL,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  { patience = PATIENCE, localAddress }: GetOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const from = localAddress === undefined ? {} : { localAddress };
    const request = ask(url, path, { headers, timeout: patience, ...from });
    const late = () => request.destroy(new Error(`no answer within ${patience} ms`));
    // An answer that never ends is none either.
    const timer = setTimeout(late, patience);
    request.once('close', () => clearTimeout(timer));
    request.once('error', reject);
    request.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
        if (body.length > LONGEST_BODY)
          request.destroy(new Error(`more than ${LONGEST_BODY} bytes are answered`));
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.end();
  });
}

/** A connection that was asked for. */
export interface ProbedSocket {
  /** 101 where there is one. */
  readonly status: number;
  readonly agreed: string | undefined;
  /** Resolves with the end of the connection. */
  readonly ended: Promise<void>;
  isOpen(): boolean;
  close(): void;
}

/** Asks for a WebSocket. [RFC 6455 §4.1] */
export function openWebSocket(
  url: URL,
  { path, subprotocol, origin }: { path: string; subprotocol?: string; origin?: string },
): Promise<ProbedSocket> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...(subprotocol !== undefined && { 'sec-websocket-protocol': subprotocol }),
    ...(origin !== undefined && { origin }),
  };
  return new Promise((resolve, reject) => {
    const request = ask(url, path, { headers });
    request.once('timeout', () => request.destroy(new Error(`no answer within ${PATIENCE} ms`)));
    request.once('error', reject);
    request.once('response', (response) => {
      request.destroy();
      resolve({ ...NOTHING, status: response.statusCode ?? 0 });
    });
    request.once('upgrade', (response, socket) => resolve(probed(response, socket)));
    request.end();
  });
}

const TEXT = 0x81;
const PING = 0x89;
const PONG = 0x8a;

/** Frames of a server that says little come one at a time. [RFC 6455 §5.5] */
function answerPing(socket: Duplex, octets: Buffer): void {
  const length = (octets[1] ?? 0) & 0x7f;
  if (octets[0] === PING && length < 126) socket.write(masked(PONG, octets.subarray(2, 2 + length)));
}

/** A short frame of a client. */
function masked(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const body = payload.map((octet, i) => octet ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.from([opcode, 0x80 | payload.length]), mask, body]);
}

const NOTHING = {
  agreed: undefined,
  ended: Promise.resolve(),
  isOpen: () => false,
  close: () => undefined,
};

function probed({ headers }: IncomingMessage, socket: Duplex): ProbedSocket {
  let isOpen = true;
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isOpen = false;
      resolve();
    });
  });
  socket.on('error', () => undefined);
  socket.on('data', (octets: Buffer) => answerPing(socket, octets));
  // A peer that never says anything is sent away, whatever is on the way: this is a prefix of WAMP v1.
  socket.write(masked(TEXT, Buffer.from('[1,"doctor","http://localhost/"]')));
  return {
    status: 101,
    agreed: headers['sec-websocket-protocol'],
    ended,
    isOpen: () => isOpen,
    close: () => void socket.destroy(),
  };
}

/** Milliseconds to the first octet of an answer that does not end; no time where none came. */
export function firstOctet(
  url: URL,
  path: string,
  patience: number,
): Promise<{ readonly status: number | undefined; readonly time: number | undefined }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    let status: number | undefined;
    const request = ask(url, path, { headers: { accept: 'text/event-stream' } });
    const done = (time: number | undefined) => {
      clearTimeout(timer);
      request.destroy();
      resolve({ status, time });
    };
    const timer = setTimeout(() => done(undefined), patience);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.once('response', (response) => {
      status = response.statusCode;
      response.once('data', () => done(performance.now() - begun));
      response.once('end', () => done(undefined));
    });
    request.end();
  });
}

/** Milliseconds to the end of an answer; no time where it has not ended after so many. */
export function streamEnds(
  url: URL,
  path: string,
  wait: number,
): Promise<{ readonly status: number | undefined; readonly time: number | undefined }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    let status: number | undefined;
    const request = ask(url, path, { headers: { accept: 'text/event-stream' }, timeout: wait + PATIENCE });
    const done = (time: number | undefined) => {
      clearTimeout(timer);
      request.destroy();
      resolve({ status, time });
    };
    const timer = setTimeout(() => done(undefined), wait);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.once('response', (response) => {
      status = response.statusCode;
      response.on('error', () => undefined).resume();
      response.once('close', () => done(performance.now() - begun));
    });
    request.end();
  });
}

/** When a certificate ends, in milliseconds since 1970, and why it is not trusted. */
export function certificateOf(
  url: URL,
): Promise<{ readonly validTo: number; readonly fault: string | undefined }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = url;
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const name = /^[\d.:]+$/.test(host) ? {} : { servername: host };
    const socket = connect({ host, port: Number(port || 443), ...name, rejectUnauthorized: false });
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`no answer within ${PATIENCE} ms`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const { valid_to: validTo } = socket.getPeerCertificate();
      const fault = socket.authorized ? undefined : String(socket.authorizationError);
      socket.destroy();
      resolve({ validTo: Date.parse(validTo), fault });
    });
  });
}
