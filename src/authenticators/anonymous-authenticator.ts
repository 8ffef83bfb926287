import type { AuthAttempt, Authenticator } from '../core/authenticator.js';
import { ANONYMOUS, type Principal } from '../core/session.js';

/** Lets in who presents nothing. Whoever presents something is somebody else's to judge, and never becomes anonymous. */
export class AnonymousAuthenticator implements Authenticator {
  readonly method = 'anonymous';

  authenticate(attempt: AuthAttempt): Principal | undefined {
    return attempt.credential === undefined ? ANONYMOUS : undefined;
  }
}
