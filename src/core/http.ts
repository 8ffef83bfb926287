import type { JsonSchema } from './json-schema.js';
import type { MaybePromise } from './maybe-promise.js';

/** A request whose body has been read within its bound. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string;
  readonly body: Buffer;
  /** Calls back if the peer goes before the answer has been written. Absent where there is no peer to go. */
  readonly whenGone?: (listener: () => void) => void;
}

export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** In place of `body`: called when the head has been sent, and not for HEAD. */
  readonly open?: (body: OpenBody) => void;
}

/** A body that goes on until one side ends it; whatever is written to one that has ended is lost. */
export interface OpenBody {
  /** Octets that wait to be sent. */
  readonly waiting: number;
  write(octets: string | Buffer): void;
  /** Ends it after what was written. */
  end(): void;
  /** Ends it at once. */
  drop(): void;
  /** Calls back once, when it has ended, whoever ended it. */
  whenEnded(listener: () => void): void;
}

/** What an endpoint is for, as the document of the API tells it. */
export interface HttpDescription {
  readonly summary: string;
  /** Who may ask: everybody, whoever sends a key or a ticket, or a name and a password. */
  readonly credentials: 'none' | 'optional' | 'bearer' | 'basic';
  /** Parameters of the address, by name. */
  readonly query?: Readonly<Record<string, HttpParameter>>;
  readonly body?: JsonSchema;
  /** What it answers with 200: JSON of this schema, or another type. */
  readonly reply: JsonSchema | { readonly contentType: string };
  /** Other statuses at which it answers the same. */
  readonly also?: readonly number[];
}

export interface HttpParameter {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly required?: boolean;
}

/** One thing the HTTP transport serves. A thrown `RouterError` becomes `{error: {code, message, hint}}`. */
export interface HttpEndpoint {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  readonly path: string;
  /** Whether it serves all paths below, too. */
  readonly below?: boolean;
  /** Whether it bounds itself how long an answer takes. */
  readonly holds?: boolean;
  /** Whether pages of other origins that may connect may ask, too; nobody else's may then. Otherwise origins are not looked at. */
  readonly crossOrigin?: boolean;
  /** Octets of body accepted; 0 for none. */
  readonly bodyLimit: number;
  /** Absent for what is no part of the API, such as pages. */
  readonly description?: HttpDescription;
  handle(request: HttpRequest): MaybePromise<HttpReply>;
}

/** A reply with a JSON body. */
export function jsonReply(status: number, value: unknown): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: `${JSON.stringify(value)}\n`,
  };
}
