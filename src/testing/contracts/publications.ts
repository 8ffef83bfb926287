import { Payload } from '../../core/payload.js';
import type { Publication } from '../../core/publication.js';

export function publication(payload: Payload, more: Partial<Publication> = {}): Publication {
  return { id: '17', channel: 'chat/1', payload, time: 1000, audience: undefined, ...more };
}

/** What a member of a room says. */
export function said(text: string, more: Partial<Publication> = {}): Publication {
  return publication(Payload.of({ type: 'message', from: { id: '6', name: 'Ann' }, text }), more);
}

/** One payload of each form, with all that is to be kept of it. */
export const PAYLOADS: readonly (readonly [string, Payload])[] = [
  ['JSON', Payload.fromJson(Buffer.from('{"a": 1.50, "b":"é"}'))],
  ['a text', Payload.fromText(Buffer.from('Sat Total: $12.50 €'), 'text/plain; charset=UTF-8')],
  ['octets', Payload.fromBytes(Buffer.from([0, 255, 128, 0]), 'application/x-amf')],
  ['no octets', Payload.fromBytes(Buffer.alloc(0), 'application/x-amf')],
  ['arguments', Payload.ofArguments({ list: [1, Buffer.from([0, 255])], map: { a: 'x' } })],
];
