import type { AuthAttempt, Credential } from '../../src/core/authenticator.js';

/** A peer that presents nothing. */
export const NOBODY: AuthAttempt = { remoteAddress: '127.0.0.1', headers: {} };

/** A peer that presents one credential. */
export function presenting(source: Credential['source'], secret: string, identity?: string): AuthAttempt {
  return { ...NOBODY, credential: { source, secret, ...(identity !== undefined && { identity }) } };
}
