/** Whether a frame that wants a RECEIPT is owed one when it has been handled: it may have had it, or get it later. */
export type Receipt = 'now' | 'sent' | 'later';
