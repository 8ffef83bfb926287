import type { PeerRefusals } from '../../core/peer-refusals.js';
import { escapeXml, writeElement } from './write-xml.js';
import { XmlFault } from './xml-element.js';

/** Whom a refusal is for, and what it is about. */
export interface Refused {
  readonly remoteAddress: string;
  /** The id of the session; undefined where there is none. */
  readonly session?: string | undefined;
  readonly room?: string | undefined;
}

/** Says no; returns the element for the peer. */
export function writeError(
  refusals: PeerRefusals,
  error: unknown,
  { remoteAddress, session, room }: Refused,
): string {
  const about = { remoteAddress, session };
  const { code, message, request } =
    error instanceof XmlFault ? refusals.ofViolation(error, about) : refusals.of(error, about);
  return writeElement('error', { code, room_id: room, request }, escapeXml(message));
}
