/**
 * What the router may answer to one request. The connection lives on.
 * `status` is the HTTP status, and the `code` in the details of a WAMP v1 CALLERROR, as the ancestor had it.
 */
export const ERROR_CODES = {
  bad_request: {
    status: 400,
    means: 'the request cannot be read',
    hint: 'correct what the reason names; how requests are written is on the page of the protocol in the docs',
  },
  invalid_channel: {
    status: 400,
    means: 'the text cannot be a channel name',
    hint: 'use 1 to 255 bytes of NFC text without control characters',
  },
  invalid_params: {
    status: 400,
    means: 'the parameters do not make a channel of the route',
    hint: 'signalbox routes shows what each parameter must look like',
  },
  invalid_payload: {
    status: 422,
    means: 'the payload is not what the route takes',
    hint: 'compare the payload with the schema of the route',
  },
  unauthorized: {
    status: 401,
    means: 'the credentials are missing, wrong or expired',
    hint: 'get a fresh ticket or check the key',
  },
  forbidden: {
    status: 403,
    means: 'the access rule of the route, or its handler, refuses',
    hint: 'signalbox explain shows the access rules; the handler may have a reason of its own',
  },
  not_publishable: {
    status: 403,
    means: 'the handler of the route accepts no publications',
    hint: 'give the handler class an onPublish method',
  },
  no_such_route: {
    status: 404,
    means: 'no route matches the channel',
    hint: 'signalbox match CHANNEL shows how close each route came',
  },
  no_such_procedure: {
    status: 404,
    means: 'no procedure has this name',
    hint: 'check the name of the procedure',
  },
  no_such_registration: {
    status: 404,
    means: 'no registration of this session has this id',
    hint: 'use the id of the answer to the registration',
  },
  no_such_subscription: {
    status: 404,
    means: 'no subscription has this id',
    hint: 'use the id of the answer to the subscription',
  },
  no_such_session: {
    status: 404,
    means: 'no session has this id',
    hint: 'it may have ended',
  },
  procedure_exists: {
    status: 409,
    means: 'somebody else has registered the procedure and does not share it',
    hint: 'register another name, or have all callees agree on a policy such as roundrobin',
  },
  canceled: {
    status: 409,
    means: 'the call was canceled, or its callee has gone',
    hint: 'call again if the result is still wanted',
  },
  no_available_callee: {
    status: 503,
    means: 'every callee of the procedure says that it is unavailable',
    hint: 'try again later',
  },
  option_not_allowed: {
    status: 403,
    means: 'the request wants its author to be told, and nobody is told here',
    hint: 'leave disclose_me out, or change wamp.disclosure',
  },
  feature_not_supported: {
    status: 400,
    means: 'the other side of the request lacks a feature that it needs',
    hint: 'leave out the option that the message names',
  },
  conflict: {
    status: 409,
    means: 'the idempotency key was used for another publication',
    hint: 'use a new key for a new publication',
  },
  invalid_configuration: {
    status: 422,
    means: 'settings, routes or handlers have errors, and nothing was changed',
    hint: 'the findings say what is wrong, and where; signalbox check does so without a server',
  },
  payload_too_large: {
    status: 413,
    means: 'the message or payload is over a size limit',
    hint: 'send less, or raise limits.message',
  },
  limit_exceeded: {
    status: 429,
    means: 'a limit on a count is reached',
    hint: 'the message names the limit',
  },
  handler_failed: {
    status: 500,
    means: 'the topic handler threw an error',
    hint: 'the server log has the error under the same channel',
  },
  internal: { status: 500, means: 'the server made a mistake', hint: 'the server log has the error' },
  unavailable: { status: 503, means: 'the server is not able to answer now', hint: 'try again later' },
  timeout: {
    status: 504,
    means: 'the topic handler did not answer in time',
    hint: 'make the handler faster, or raise limits.handler_timeout',
  },
} as const satisfies Record<string, { status: number; means: string; hint: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What a refusal may say beside code and reason. */
export interface RefusalOptions {
  readonly hint?: string;
  readonly cause?: unknown;
  readonly limit?: string;
  readonly request?: string;
}

const BRAND = Symbol.for('signalbox.RouterError');

/** A refusal of one request: a stable code, a reason for people, and a remedy. Handlers throw it to refuse. */
export class RouterError extends Error {
  readonly [BRAND] = true;
  override readonly name = 'RouterError';
  readonly code: ErrorCode;
  readonly hint: string;
  /** The setting of the limit that was reached, for `limit_exceeded`. */
  readonly limit: string | undefined;
  /** Names the refused request: the log explains it under the same id. */
  readonly request: string | undefined;

  constructor(code: ErrorCode, message: string, options: RefusalOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? hintOf(code);
    this.limit = options.limit;
    this.request = options.request;
  }

  /** The same refusal, and what is known of it later. */
  with(more: RefusalOptions): RouterError {
    const { hint, limit, request, cause } = this;
    return new RouterError(this.code, this.message, { hint, cause, ...defined({ limit, request }), ...more });
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** The error a peer may see: a refusal as it is, anything else as `fallback` without its text. */
  static from(cause: unknown, fallback: ErrorCode = 'internal'): RouterError {
    return isRouterError(cause) ? cause : new RouterError(fallback, ERROR_CODES[fallback].means, { cause });
  }
}

/** Scripts are not checked by a compiler: whoever wrote a code that there is not reads its name in the log. */
function hintOf(code: ErrorCode): string {
  if (Object.hasOwn(ERROR_CODES, code)) return ERROR_CODES[code].hint;
  throw new TypeError(`a RouterError has no code "${code}": docs/errors.md has all of them`);
}

function defined(options: { limit: string | undefined; request: string | undefined }): RefusalOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The refusal of one more than a limit allows; `limit` is the setting, as in `limits.subscriptions`. */
export function overLimit(limit: string, message: string): RouterError {
  return new RouterError('limit_exceeded', message, { limit });
}

/** A name for one refused request, by which the log is searched. */
export function requestId(): string {
  return `r-${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;
}

/** The refusal under the name that it has, or under a new one. */
export function identified(error: RouterError): RouterError & { readonly request: string } {
  const named = error.request === undefined ? error.with({ request: requestId() }) : error;
  return named as RouterError & { readonly request: string };
}

/** True for refusals of any copy of this package, which `instanceof` would not be. */
export function isRouterError(value: unknown): value is RouterError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** The end of a pipe, and whether the peer should come back: 4000–4499 yes, 4500–4999 no. */
export interface Disconnect {
  readonly code: number;
  readonly reason: string;
  readonly reconnect: boolean;
  /** A name for the reason, for protocols that have such; they have names of their own for common ones. */
  readonly uri?: string;
  /** Milliseconds that the peer is advised to wait before it comes back, so that not all come together. */
  readonly retryAfter?: number;
}

export const DISCONNECT = {
  closed: { code: 1000, reason: 'closed', reconnect: false },
  lost: { code: 1006, reason: 'connection lost', reconnect: true },
  binary: { code: 1003, reason: 'this protocol is text', reconnect: false },
  tooLarge: { code: 1009, reason: 'message over limits.message', reconnect: false },
  draining: { code: 4001, reason: 'the server restarts', reconnect: true },
  ended: { code: 4003, reason: 'ended by the application', reconnect: true },
  expired: { code: 4005, reason: 'the identity has expired', reconnect: true },
  slowConsumer: { code: 4008, reason: 'slow consumer: over limits.buffer', reconnect: true },
  stalled: {
    code: 4008,
    reason: 'slow consumer: something waited for longer than limits.buffer_time',
    reconnect: true,
  },
  insufficientState: { code: 4010, reason: 'messages were lost: come back and see', reconnect: true },
  overloaded: { code: 4009, reason: 'the server is overloaded', reconnect: true },
  noPong: { code: 4012, reason: 'no answer to a ping within limits.pong_timeout', reconnect: true },
  badCredentials: { code: 4500, reason: 'bad credentials', reconnect: false },
  withdrawn: { code: 4503, reason: 'ended by the application', reconnect: false },
  refused: { code: 4505, reason: 'a request was refused', reconnect: false },
  tooMany: { code: 4504, reason: 'over a limit on connections', reconnect: false },
  malformed: { code: 4501, reason: 'malformed message', reconnect: false },
  silent: { code: 4014, reason: 'no message within limits.silence', reconnect: true },
} as const satisfies Record<string, Disconnect>;
