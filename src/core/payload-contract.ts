import type { JsonSchema } from './json-schema.js';
import type { Payload } from './payload.js';

/** JSON, a text, or octets. */
export const PAYLOAD_FORMS = ['json', 'text', 'binary'] as const;

export type PayloadForm = (typeof PAYLOAD_FORMS)[number];

/** What the payloads of a route have to be. */
export interface PayloadContract {
  readonly form: PayloadForm;
  /** What the schema calls itself, or the form. */
  readonly title: string;
  /** Refers to nothing outside of itself; undefined where every payload of the form will do. */
  readonly schema: JsonSchema | undefined;
  /** Whether what handlers broadcast is checked, too. */
  readonly broadcasts: boolean;
  /** What is wrong with a payload, at most three faults with their places as JSON pointers; undefined where nothing is. */
  fault(payload: Payload): string | undefined;
}
