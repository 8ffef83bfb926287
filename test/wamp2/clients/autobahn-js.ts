import { createRequire } from 'node:module';
import { PageWebSocket } from './page-websocket.js';

type Values = readonly unknown[];
type Named = Readonly<Record<string, unknown>>;

/** What a result or an event with more than one argument is made of. */
export interface AutobahnResult {
  readonly args: Values;
  readonly kwargs: Named;
}

export interface AutobahnError {
  readonly error: string;
  readonly args: Values;
  readonly kwargs: Named;
}

/** A promise of when.js: the third function hears parts. */
interface Pending<T> {
  then<A = T, B = never>(
    resolved?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((error: AutobahnError) => B | PromiseLike<B>) | null,
    progressed?: (part: unknown) => void,
  ): Promise<A | B>;
  cancel(options?: { readonly mode: string }): void;
}

export type AutobahnHandler = (
  args: unknown[],
  kwargs: Record<string, unknown>,
  details: AutobahnDetails,
) => unknown;

export interface AutobahnDetails {
  readonly publication: number;
  readonly publisher?: number;
  readonly topic?: string;
  readonly retained?: boolean;
  readonly caller?: number;
  readonly procedure?: string;
  readonly progress?: (args: unknown[], kwargs?: object) => void;
}

/** The parts of AutobahnJS's session that tests use; the package has no types of its own. */
export interface AutobahnSession {
  readonly id: number;
  readonly isOpen: boolean;
  subscribe(topic: string, handler: AutobahnHandler, options?: object): Promise<{ readonly id: number }>;
  unsubscribe(subscription: { readonly id: number }): Promise<boolean>;
  publish(
    topic: string,
    args?: Values,
    kwargs?: object,
    options?: object,
  ): Promise<{ id: number }> | undefined;
  register(procedure: string, handler: AutobahnHandler, options?: object): Promise<{ readonly id: number }>;
  unregister(registration: { readonly id: number }): Promise<unknown>;
  call(procedure: string, args?: Values, kwargs?: object, options?: object): Pending<unknown>;
}

export interface AutobahnWelcome {
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
}

interface AutobahnConnection {
  onopen: (session: AutobahnSession, details: AutobahnWelcome) => void;
  onclose: (reason: string, details: { readonly reason: string; readonly message?: string }) => boolean;
  open(): void;
  close(reason?: string): void;
  readonly session: AutobahnSession | null;
}

interface Autobahn {
  readonly Connection: new (options: object) => AutobahnConnection;
  readonly Error: new (error: string, args?: Values, kwargs?: object) => Error;
  readonly auth_cra: {
    sign(key: string, challenge: string): string;
    derive_key(secret: string, salt: string, iterations?: number, keylen?: number): string;
  };
  readonly auth_cryptosign: { sign_challenge(pair: object, extra: object): string };
  readonly serializer: Readonly<Record<string, new () => object>>;
}

Object.assign(globalThis, { WebSocket: PageWebSocket });
const require = createRequire(import.meta.url);
// It tells the console of every end of a connection.
require('autobahn/lib/log.js').warn = () => undefined;
export const autobahn: Autobahn = require('autobahn');
const nacl = createRequire(require.resolve('autobahn'))('tweetnacl');

const SERIALIZERS: Readonly<Record<string, string>> = {
  json: 'JSONSerializer',
  msgpack: 'MsgpackSerializer',
  cbor: 'CBORSerializer',
};

/** Connections of AutobahnJS that tests have opened, ended with `closeAll`. */
export class AutobahnClients {
  readonly #open: AutobahnConnection[] = [];

  /** Rejects with the reason if there will be no session. */
  async connect(
    url: string,
    serializer = 'json',
    options: object = {},
  ): Promise<{ session: AutobahnSession; welcome: AutobahnWelcome; connection: AutobahnConnection }> {
    const Serializer = autobahn.serializer[SERIALIZERS[serializer] ?? ''];
    if (Serializer === undefined) throw new Error(`AutobahnJS has no serializer ${serializer}`);
    const connection = new autobahn.Connection({
      ...{ url, realm: 'realm1', max_retries: 0, serializers: [new Serializer()] },
      ...options,
    });
    this.#open.push(connection);
    return new Promise((resolve, reject) => {
      connection.onopen = (session, welcome) => resolve({ session, welcome, connection });
      connection.onclose = (reason, details) => {
        reject(new Error(`${reason}: ${details?.reason}`));
        return true;
      };
      connection.open();
    });
  }

  async session(url: string, serializer?: string, options?: object): Promise<AutobahnSession> {
    return (await this.connect(url, serializer, options)).session;
  }

  closeAll(): void {
    for (const connection of this.#open.splice(0)) {
      connection.onclose = () => true;
      if (connection.session?.isOpen) connection.close();
    }
  }
}

/** Ed25519 pair of a seed, as `auth_cryptosign` wants it. */
export function keyPair(seed: Uint8Array): {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
} {
  return nacl.sign.keyPair.fromSeed(seed);
}
