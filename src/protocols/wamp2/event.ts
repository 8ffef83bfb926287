import { writePosition } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { authidRecord } from './disclosure.js';

/** What the router says of an event beside its publisher. */
export type EventAttributes = {
  readonly topic?: string;
  readonly retained?: boolean;
  /** Where it is in the history of its channel: for who asked for it. */
  readonly _position?: string;
};

/** EVENT.Details of a publication; `topic` where the subscription does not say which it is. [WAMP2 §EVENT] */
export function eventDetails(
  { publisher, headers }: Pick<Publication, 'publisher' | 'headers'>,
  more: EventAttributes = {},
): Readonly<Record<string, unknown>> {
  if (publisher === undefined && headers === undefined) return more;
  return { ...more, ...(publisher && authidRecord('publisher', publisher)), ...passthruOf(headers) };
}

/** The place of a publication, in the details of messages; nothing where it has none. */
export function positionOf({ position }: Pick<Publication, 'position'>): { readonly _position?: string } {
  return position === undefined ? {} : { _position: writePosition(position) };
}

/** Of today's passthru, and of the older one. */
const PASSTHRU = [
  ['ppt_scheme', 'ppt_serializer', 'ppt_cipher', 'ppt_keyid'],
  ['enc_algo', 'enc_serializer', 'enc_key'],
] as const;

/** The attributes of a payload that the router does not look into. [WAMP2 §Payload Passthru Mode] */
export function passthruOf(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const names of PASSTHRU) {
    if (headers?.[names[0]] === undefined) continue;
    for (const name of names) if (headers[name] !== undefined) found[name] = headers[name];
  }
  return found;
}
