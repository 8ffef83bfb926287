import type { Payload } from '../core/payload.js';
import type { Operation, SourceLocation } from '../core/route.js';
import type { Principal } from '../core/session.js';

/** Somebody may do something on a channel, or may not. */
export interface AccessExpectation {
  readonly kind: 'access';
  readonly operation: Operation;
  readonly allowed: boolean;
  readonly principal: Principal;
  readonly payload: Payload | undefined;
  /** Whether the test says that no route matches: else a refusal has to come from a route. */
  readonly routeless: boolean;
}

/** What a test file says of one channel; undefined as route or handler says that there is none. */
export type RouteExpectation = SourceLocation & { readonly channel: string } & (
    | { readonly kind: 'route'; readonly route: string | undefined }
    | { readonly kind: 'handler'; readonly handler: string | undefined }
    | { readonly kind: 'params'; readonly params: Readonly<Record<string, string>> }
    | AccessExpectation
  );

/** Makes a principal of a text such as `user:5`; undefined for a text that names nobody. */
export type ActorReading = (
  text: string,
  details: {
    readonly organizations?: readonly string[];
    readonly roles?: readonly string[];
    readonly claims?: Readonly<Record<string, unknown>>;
  },
) => Principal | undefined;
