import { cutText } from '../../core/cut-text.js';
import { DISCONNECT, type Disconnect, RouterError } from '../../core/errors.js';
import type { PeerRefusals, PeerRequest } from '../../core/peer-refusals.js';
import { VersionError } from './connecting.js';
import type { StompParts } from './context.js';
import { StompError } from './stomp-error.js';
import type { StompSubscription } from './subscription.js';
import { SUPPORTED_VERSIONS } from './version.js';
import type { Wire } from './wire.js';
import type { HeaderPair } from './write-frame.js';

/** What was refused. */
export interface Refused {
  /** Undefined for octets that are no frame. */
  readonly command: string | undefined;
  readonly receipt: string | undefined;
}

/** Octets. */
const LONGEST_MESSAGE = 255;
const LONGEST_BODY = 4096;

/** Tells one peer why: in short, and what it may do about it. [STOMP 1.2 §ERROR] */
export class Refusing {
  /** The id of its session; undefined where it has none. */
  session: string | undefined = undefined;
  readonly #wire: Wire;
  readonly #refusals: PeerRefusals;
  readonly #closesOnError: boolean;

  constructor(wire: Wire, { refusals, options }: Pick<StompParts, 'refusals' | 'options'>) {
    this.#wire = wire;
    this.#refusals = refusals;
    this.#closesOnError = options.closesOnError;
  }

  /** Returns the end of the connection, where that is to end. [STOMP 1.2 §ERROR] */
  refuse(error: unknown, refused: Refused): Disconnect | undefined {
    const refusal = this.#refusals.of(error, this.#describe(refused));
    this.#tell(refusal, answering(refused));
    const kind = refusal.code === 'unauthorized' ? DISCONNECT.badCredentials : DISCONNECT.refused;
    return this.#endsOnError ? { ...kind, reason: refusal.message } : undefined;
  }

  /** The same of what is against the protocol, or over a bound of frames: that ends it always. */
  violated(error: unknown, refused: Refused): Disconnect {
    const known = error instanceof StompError ? error.refusal : RouterError.from(error);
    const refusal = this.#refusals.ofViolation(known, this.#describe(refused));
    const versions: HeaderPair[] = error instanceof VersionError ? [['version', SUPPORTED_VERSIONS]] : [];
    this.#tell(refusal, [...answering(refused), ...versions]);
    const kind = refusal.code === 'payload_too_large' ? DISCONNECT.tooLarge : DISCONNECT.malformed;
    return { ...kind, reason: `malformed message: ${refusal.message}` };
  }

  /** The same of a subscription that the router has ended. */
  withdraw({ request: { id, destination } }: StompSubscription, why: RouterError): Disconnect | undefined {
    this.#tell(why, [
      ['subscription', id ?? destination],
      ['destination', destination],
    ]);
    return this.#endsOnError ? { ...DISCONNECT.refused, reason: why.message } : undefined;
  }

  /** The end of the connection, and whether to come back. */
  end({ code, reason, reconnect, retryAfter }: Disconnect): void {
    const what = reconnect ? 'connect again' : 'do not connect again as you are';
    const later: HeaderPair[] = retryAfter === undefined ? [] : [['retry-after-ms', String(retryAfter)]];
    this.#send(reason, [reason, what], [['code', String(code)], ['reconnect', String(reconnect)], ...later]);
  }

  /** 1.0 does not say that it does, and a peer that has no session has nothing to live on for. */
  get #endsOnError(): boolean {
    return this.session === undefined || (this.#closesOnError && this.#wire.version !== '1.0');
  }

  #tell({ code, message, hint, request }: RouterError, more: readonly HeaderPair[]): void {
    const lines = [message, hint, ...(request === undefined ? [] : [`request ${request}`])];
    this.#send(message, lines, [['code', code], ...more]);
  }

  #send(message: string, lines: readonly string[], headers: readonly HeaderPair[]): void {
    const head: HeaderPair[] = [
      ['message', oneLine(message)],
      ['content-type', 'text/plain'],
    ];
    const body = Buffer.from(`${cutText(lines.join('\n'), LONGEST_BODY)}\n`);
    this.#wire.send('ERROR', [...head, ...headers], body);
  }

  /** What a stranger calls a command may be long. */
  #describe({ command }: Refused): PeerRequest {
    const { connection, version } = this.#wire;
    const { remoteAddress } = connection;
    return { remoteAddress, session: this.session, version, command: command?.slice(0, 32) };
  }
}

function answering({ receipt }: Refused): readonly HeaderPair[] {
  return receipt === undefined ? [] : [['receipt-id', receipt]];
}

/** A header ends with its line. */
function oneLine(text: string): string {
  return cutText(text.replace(/[\0-\x1f\x7f]+/g, ' '), LONGEST_MESSAGE);
}
