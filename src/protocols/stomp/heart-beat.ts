import { RouterError } from '../../core/errors.js';
import { StompError } from './stomp-error.js';

/** What a peer says of its heart-beats, in milliseconds; 0 for none. [STOMP 1.2 §Heart-beating] */
export interface HeartBeatOffer {
  /** How often it can send. */
  readonly sends: number;
  /** How often it wants to hear something. */
  readonly wants: number;
}

/** What was agreed on, in milliseconds; 0 for none. */
export interface HeartBeatTerms {
  /** How often the server hears something. */
  readonly hears: number;
  /** How often the peer hears something. */
  readonly sends: number;
}

const OFFER = /^(\d{1,9}),(\d{1,9})$/;
const NONE: HeartBeatOffer = { sends: 0, wants: 0 };

/** Throws `StompError` for what is no pair of numbers: the two sides would wait for different things. */
export function readHeartBeat(header: string | undefined): HeartBeatOffer {
  if (header === undefined || header === '') return NONE;
  const [, sends, wants] = OFFER.exec(header.replaceAll(' ', '')) ?? [];
  if (sends !== undefined && wants !== undefined) return { sends: Number(sends), wants: Number(wants) };
  throw new StompError(
    new RouterError('bad_request', 'the header heart-beat is not a pair of numbers', {
      hint: 'write heart-beat as milliseconds,milliseconds, such as 10000,10000, or leave it out',
    }),
  );
}

/** The server can do both every `shortest` milliseconds. Nobody is held to what it has not offered. */
export function agreeHeartBeat({ sends, wants }: HeartBeatOffer, shortest: number): HeartBeatTerms {
  return {
    hears: sends === 0 ? 0 : Math.max(sends, shortest),
    sends: wants === 0 ? 0 : Math.max(wants, shortest),
  };
}

/** CONNECTED's word for it; a peer that wants none at all is told that there is none. */
export function heartBeatHeader({ sends, wants }: HeartBeatOffer, shortest: number): string {
  return sends === 0 && wants === 0 ? '0,0' : `${shortest},${shortest}`;
}
