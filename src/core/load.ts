import { RouterError } from './errors.js';

/** From 1 on no more peers are taken, from 2 on what may as well be asked for later is refused. */
export type LoadLevel = 0 | 1 | 2;

/** How much the server has to do. */
export interface Load {
  readonly level: LoadLevel;
}

/** Nobody looks how much there is to do. */
export const NO_LOAD: Load = { level: 0 };

/** Throws `unavailable` where the server has so much to do that `what`, as in `new connections`, has to wait. */
export function checkLoad({ level }: Load, least: 1 | 2, what: string): void {
  if (level < least) return;
  throw new RouterError('unavailable', `the server has too much to do, and refuses ${what} for now`, {
    limit: 'limits.loop_delay',
    hint: 'try again in some seconds',
  });
}
