import type { Router } from './router.js';
import type { Procedures } from './rpc.js';

/** One world of channels, procedures and sessions: nothing passes from one realm to another. */
export interface Realm {
  readonly name: string;
  readonly router: Router;
  readonly procedures: Procedures;
}
