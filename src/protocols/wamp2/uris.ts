import type { ErrorCode } from '../../core/errors.js';
import type { Match } from '../../core/match.js';

/** The URI of each refusal; those the specification has no word for are ours. [WAMP2 §Predefined URIs] */
export const ERROR_URIS = {
  bad_request: 'wamp.error.invalid_argument',
  invalid_channel: 'wamp.error.invalid_uri',
  invalid_params: 'wamp.error.invalid_argument',
  invalid_payload: 'signalbox.error.invalid_payload',
  unauthorized: 'wamp.error.not_authorized',
  forbidden: 'wamp.error.not_authorized',
  not_publishable: 'signalbox.error.not_publishable',
  no_such_route: 'signalbox.error.no_such_route',
  no_such_procedure: 'wamp.error.no_such_procedure',
  no_such_registration: 'wamp.error.no_such_registration',
  no_such_subscription: 'wamp.error.no_such_subscription',
  no_such_session: 'wamp.error.no_such_session',
  procedure_exists: 'wamp.error.procedure_already_exists',
  canceled: 'wamp.error.canceled',
  no_available_callee: 'wamp.error.no_available_callee',
  option_not_allowed: 'wamp.error.option_disallowed.disclose_me',
  feature_not_supported: 'wamp.error.feature_not_supported',
  invalid_configuration: 'signalbox.error.invalid_configuration',
  conflict: 'signalbox.error.conflict',
  payload_too_large: 'wamp.error.payload_size_exceeded',
  limit_exceeded: 'signalbox.error.limit_exceeded',
  handler_failed: 'signalbox.error.handler_failed',
  internal: 'signalbox.error.internal',
  unavailable: 'wamp.error.unavailable',
  timeout: 'wamp.error.timeout',
} as const satisfies Record<ErrorCode, string>;

/** Reasons of the ABORTs and GOODBYEs of a router. [WAMP2 §Session Close] */
export const REASON = {
  goodbyeAndOut: 'wamp.close.goodbye_and_out',
  killed: 'wamp.close.killed',
  closeRealm: 'wamp.close.close_realm',
  systemShutdown: 'wamp.close.system_shutdown',
  protocolViolation: 'wamp.error.protocol_violation',
  noSuchRealm: 'wamp.error.no_such_realm',
  noSuchRole: 'wamp.error.no_such_role',
  noSuchPrincipal: 'wamp.error.no_such_principal',
  noMatchingAuthMethod: 'wamp.error.no_matching_auth_method',
  authenticationRequired: 'wamp.error.authentication_required',
  authenticationDenied: 'wamp.error.authentication_denied',
  authenticationFailed: 'wamp.error.authentication_failed',
  authorizationFailed: 'wamp.error.authorization_failed',
  networkFailure: 'wamp.error.network_failure',
  payloadSizeExceeded: 'wamp.error.payload_size_exceeded',
} as const;

/** How much of Unicode a URI may have: anything but white space, `#` and, in a part, `.`; or `a-z`, digits and `_`. */
export type UriRules = 'loose' | 'strict';

/** Each octet can be read in one way only, so that no text takes long. */
const URIS: Readonly<Record<UriRules, Readonly<Record<Match, RegExp>>>> = {
  loose: {
    exact: /^[^\s.#]+(?:\.[^\s.#]+)*$/,
    prefix: /^(?:[^\s.#]+\.)*[^\s.#]*$/,
    wildcard: /^[^\s.#]*(?:\.[^\s.#]*)*$/,
  },
  strict: {
    exact: /^[0-9a-z_]+(?:\.[0-9a-z_]+)*$/,
    prefix: /^(?:[0-9a-z_]+\.)*[0-9a-z_]*$/,
    wildcard: /^[0-9a-z_]*(?:\.[0-9a-z_]*)*$/,
  },
};

/** Octets in a URI: more than any channel or procedure may have. */
const MAX_URI = 1024;

/**
 * Whether the text is a URI of a topic or procedure. Parts may be empty in the pattern of a wildcard match, and the last
 * one in that of a prefix match. [WAMP2 §URIs]
 */
export function isUri(text: string, match: Match = 'exact', rules: UriRules = 'loose'): boolean {
  return text.length <= MAX_URI && URIS[rules][match].test(text);
}

/** Whether the URI is the router's own, for nobody else to publish to or register. [WAMP2 §URIs] */
export function isReserved(uri: string): boolean {
  return uri === 'wamp' || uri.startsWith('wamp.');
}
