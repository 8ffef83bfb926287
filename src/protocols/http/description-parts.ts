import type { HttpParameter } from '../../core/http.js';
import type { JsonSchema } from '../../core/json-schema.js';

export const TEXT = { type: 'string' } as const;
export const COUNT = { type: 'integer', minimum: 0 } as const;
export const NAMES = { type: 'array', items: TEXT } as const;
export const PARAMS = { type: 'object', additionalProperties: { type: ['string', 'integer'] } } as const;

/** An object of these members and no others; those named are always there. */
export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  required = Object.keys(properties),
): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

export function parameter(description: string, schema: JsonSchema = TEXT): HttpParameter {
  return { description, schema };
}

export const CHANNEL: HttpParameter = { ...parameter('A channel.'), required: true };

/** What one publication may say. */
export const MESSAGE = {
  channel: { ...TEXT, description: 'The channel; or a route and its parameters.' },
  route: TEXT,
  params: PARAMS,
  payload: true,
  exclude: { ...NAMES, description: 'Sessions that do not receive it.' },
  eligible: { ...NAMES, description: 'Sessions that alone receive it.' },
  idempotency_key: { ...TEXT, minLength: 1, maxLength: 255 },
  version: { type: 'integer', minimum: 1 },
} as const;
