import type { Authenticator } from '../core/authenticator.js';
import type { Broker } from '../core/broker.js';
import type { Gateway } from '../core/connection.js';
import type { ServerEvents } from '../core/events.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import type { Publisher } from './publisher.js';

/** A name under which the container keeps one thing of type `T`. */
export type Token<T> = symbol & { readonly type?: T };

function token<T>(name: string): Token<T> {
  return Symbol.for(`signalbox.${name}`);
}

/** What a topic handler may ask for in its static `inject`, beside the application's own services. */
export const TOKENS = {
  logger: token<Logger>('logger'),
  meter: token<Meter>('meter'),
  events: token<ServerEvents>('events'),
  broker: token<Broker>('broker'),
  authenticator: token<Authenticator>('authenticator'),
  gateway: token<Gateway>('gateway'),
  publisher: token<Publisher>('publisher'),
} as const;
