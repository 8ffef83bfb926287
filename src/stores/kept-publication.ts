import { type KeptPayload, Payload } from '../core/payload.js';
import type { Publication } from '../core/publication.js';

/** A publication as a row holds it. */
export interface KeptPublication {
  /** All but the payload, as JSON. */
  readonly about: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

interface About extends Omit<Publication, 'payload'> {
  readonly contentType: string;
  readonly form: KeptPayload['form'];
}

/** In memory of its own: the octets are a piece of what has arrived, all of which would go to the thread. */
export function keepPublication(publication: Publication): KeptPublication {
  const { id, channel, time, audience, publisher, headers, expires, position, trace, payload } = publication;
  const { contentType, form, bytes } = payload.kept;
  const said = { id, channel, time, audience, publisher, headers, expires, position, trace };
  const about: About = { ...said, contentType, form };
  return { about: JSON.stringify(about), body: new Uint8Array(bytes) };
}

export function restorePublication({ about, body }: KeptPublication): Publication {
  const { contentType, form, ...publication }: About = JSON.parse(about);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { ...publication, payload: Payload.restore({ contentType, form, bytes }) };
}
