import { type ErrorCode, RouterError } from '../../core/errors.js';

/** Octets of the longest command; no name of one has more than eleven. */
export const LONGEST_COMMAND = 32;

/** What one peer may send. The name of each is that of its setting, which the peer is told. */
export interface FrameLimits {
  /** Octets of one header line, its end not counted: `stomp.header`. */
  readonly header: number;
  /** Headers of one frame, repeated ones counted: `stomp.headers`. */
  readonly headers: number;
  /** Octets of a frame before its body: `stomp.header_section`. */
  readonly headerSection: number;
  /** Octets of all frames together until the peer has logged in: `stomp.before_login`. */
  readonly beforeLogin: number;
  /** Octets of a body: `limits.message`. */
  readonly message: number;
}

const SETTINGS = {
  header: { setting: 'stomp.header', what: 'octets of a header line' },
  headers: { setting: 'stomp.headers', what: 'headers of a frame' },
  headerSection: { setting: 'stomp.header_section', what: 'octets of the headers of a frame' },
  beforeLogin: { setting: 'stomp.before_login', what: 'octets before CONNECTED' },
  message: { setting: 'limits.message', what: 'octets of a body' },
} as const satisfies Record<keyof FrameLimits, { setting: string; what: string }>;

/** The refusal of what is over a limit. Without a `size` all that is known is that there is more than the limit. */
export function overFrameLimit(limits: FrameLimits, name: keyof FrameLimits, size?: number): RouterError {
  const { setting, what } = SETTINGS[name];
  const code: ErrorCode = name === 'headers' ? 'limit_exceeded' : 'payload_too_large';
  const found = size === undefined ? `more ${what}` : `${size} ${what}, which is more`;
  return new RouterError(code, `${found} than ${setting} allows (${limits[name]})`, {
    limit: setting,
    hint: `send less, or raise ${setting}`,
  });
}

/** The refusal of what is no frame. */
export function malformed(reason: string, hint?: string): RouterError {
  return new RouterError('bad_request', reason, hint === undefined ? {} : { hint });
}
