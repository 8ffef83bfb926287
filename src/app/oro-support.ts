import type { Authenticator } from '../core/authenticator.js';

/** What takes the tickets of OroSyncBundle, with what it has to start and to end. */
export interface OroSupport {
  /** Undefined without `auth.oro`. */
  readonly authenticator: Authenticator | undefined;
  /** Throws where the driver of the database is missing. */
  open(): Promise<void>;
  close(): Promise<void>;
}
