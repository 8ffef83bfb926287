import type { Match } from '../../core/match.js';
import type { Payload } from '../../core/payload.js';

/** What a client says it can be. [WAMP2 §Roles] */
export type Role = 'publisher' | 'subscriber' | 'caller' | 'callee';

/** Attributes of payload passthru, passed on as they are. [WAMP2 §Payload Passthru Mode] */
export type Passthru = Readonly<Record<string, string>>;

export interface HelloDetails {
  /** The announced features of each announced role. */
  readonly roles: Readonly<Partial<Record<Role, ReadonlySet<string>>>>;
  readonly agent: string | undefined;
  readonly authmethods: readonly string[] | undefined;
  readonly authid: string | undefined;
  readonly authextra: Readonly<Record<string, unknown>> | undefined;
}

/** Lists are undefined where they are absent, and empty where they are there and empty. Session ids are texts. */
export interface PublishOptions {
  readonly acknowledge: boolean;
  readonly excludeMe: boolean;
  readonly exclude: readonly string[] | undefined;
  readonly excludeAuthid: readonly string[] | undefined;
  readonly excludeAuthrole: readonly string[] | undefined;
  readonly eligible: readonly string[] | undefined;
  readonly eligibleAuthid: readonly string[] | undefined;
  readonly eligibleAuthrole: readonly string[] | undefined;
  readonly discloseMe: boolean;
  readonly retain: boolean;
  readonly passthru: Passthru | undefined;
  /** `_traceparent`. */
  readonly trace: string | undefined;
  /** `_key`, `_version`; and whether PUBLISHED says where the publication is, `_position`. */
  readonly key: string | undefined;
  readonly version: number | undefined;
  readonly tellsPosition: boolean;
}

export interface SubscribeOptions {
  readonly match: Match;
  readonly getRetained: boolean;
  /** `_recover`: whether positions are told, or where the subscriber was before, as it wrote it. */
  readonly recover: boolean | string;
  /** `_traceparent`. */
  readonly trace: string | undefined;
}

export interface CallOptions {
  readonly receiveProgress: boolean;
  /** More of the same call follows. */
  readonly progress: boolean;
  /** Milliseconds; 0 means none. */
  readonly timeout: number;
  readonly discloseMe: boolean;
  readonly passthru: Passthru | undefined;
  /** `_traceparent`. */
  readonly trace: string | undefined;
}

export interface CancelOptions {
  /** As the caller wrote it. */
  readonly mode: string | undefined;
}

export interface RegisterOptions {
  readonly match: Match;
  /** As the callee wrote it. */
  readonly invoke: string | undefined;
  readonly concurrency: number | undefined;
  readonly discloseCaller: boolean;
  readonly forwardTimeout: boolean;
}

export interface YieldOptions {
  readonly progress: boolean;
  readonly passthru: Passthru | undefined;
}

/** What a client may say, read and checked. Ids are whole numbers from 0 to 2^53. [WAMP2 §Messages] */
export type ClientMessage =
  | { readonly type: 'hello'; readonly realm: string; readonly details: HelloDetails }
  | { readonly type: 'abort'; readonly reason: string; readonly message: string | undefined }
  | {
      readonly type: 'authenticate';
      readonly signature: string;
      readonly extra: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'goodbye'; readonly reason: string; readonly message: string | undefined }
  | {
      readonly type: 'error';
      readonly requestType: number;
      readonly request: number;
      readonly passthru: Passthru | undefined;
      readonly error: string;
      readonly payload: Payload;
    }
  | {
      readonly type: 'publish';
      readonly request: number;
      readonly options: PublishOptions;
      readonly topic: string;
      readonly payload: Payload;
    }
  | {
      readonly type: 'subscribe';
      readonly request: number;
      readonly options: SubscribeOptions;
      readonly topic: string;
    }
  | { readonly type: 'unsubscribe'; readonly request: number; readonly subscription: number }
  | {
      readonly type: 'call';
      readonly request: number;
      readonly options: CallOptions;
      readonly procedure: string;
      readonly payload: Payload;
    }
  | { readonly type: 'cancel'; readonly request: number; readonly options: CancelOptions }
  | {
      readonly type: 'register';
      readonly request: number;
      readonly options: RegisterOptions;
      readonly procedure: string;
    }
  | { readonly type: 'unregister'; readonly request: number; readonly registration: number }
  | {
      readonly type: 'yield';
      readonly request: number;
      readonly options: YieldOptions;
      readonly payload: Payload;
    }
  | { readonly type: 'event_received'; readonly publication: number };
