import type { Envelope } from './tick-writer.js';

/** Each frame as it is: the protocol has marked its end. */
export const STREAM_ENVELOPE: Envelope = {
  size: ({ bytes }) => bytes.length,
  write({ bytes }, octets, at) {
    octets.set(bytes, at);
  },
};
