import type { PeerRefusals } from '../../core/peer-refusals.js';
import type { Router } from '../../core/router.js';
import type { ProgressTable } from './progress-table.js';

/** What all streams share. */
export interface SseContext {
  readonly router: Router;
  /** Octets of payloads that may wait until a stream begins; with more it begins without them, and is told. */
  readonly ahead: number;
  readonly refusals: PeerRefusals;
  readonly progress: ProgressTable;
}
