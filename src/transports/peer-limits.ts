import type { Rate } from '../core/token-bucket.js';

/** What a transport bounds its peers by: octets, counts and milliseconds. */
export interface PeerLimits {
  readonly message: number;
  readonly buffer: number;
  readonly bufferTime: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly handshakes: Rate | undefined;
  readonly messages: Rate | undefined;
  readonly handshakeTimeout: number;
  readonly silence: number;
  readonly ping: number;
  readonly pongTimeout: number;
}
