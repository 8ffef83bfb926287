import type { HeaderPair } from './write-frame.js';

/**
 * Whether a frame that wants a RECEIPT is owed one when it has been handled, perhaps with more headers: it may have had it, or
 * get it later.
 */
export type Receipt = 'now' | 'sent' | 'later' | readonly HeaderPair[];
