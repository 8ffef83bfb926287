import { Attributes, asId } from '../../../src/protocols/wamp2/attributes.js';
import { MESSAGE, Wamp2Error } from '../../../src/protocols/wamp2/codec.js';

/** An EVENT as a subscriber reads it. */
export interface EventMessage {
  readonly subscription: number;
  readonly publication: number;
  readonly publisher: number | undefined;
  readonly topic: string | undefined;
  readonly retained: boolean;
}

/** Checks an EVENT as strictly as the router checks what clients send. Throws a `Wamp2Error`. */
export function readEvent(message: readonly unknown[]): EventMessage {
  const [type, subscription, publication, value] = message;
  if (type !== MESSAGE.EVENT) throw new Wamp2Error('not an EVENT');
  const details = new Attributes('EVENT.Details', value);
  details.text('publisher_authid');
  details.text('publisher_authrole');
  details.flag('x_acknowledged_delivery');
  details.checkForeign();
  details.passthru();
  return {
    subscription: asId(subscription, 'EVENT.Subscription'),
    publication: asId(publication, 'EVENT.Publication'),
    publisher: details.integer('publisher'),
    topic: details.text('topic'),
    retained: details.flag('retained') ?? false,
  };
}
