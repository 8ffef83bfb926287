import type { Disconnect, RouterError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import { writePosition } from '../../core/position.js';
import type { Progress } from './progress.js';
import { AFTER_DRAIN, AFTER_LOSS, retryField } from './reconnection.js';
import type { SseSubscription } from './subscription.js';
import { writeEvent } from './write-event.js';

/** What the server itself says; `open`, `error` and `message` mean something else to browsers. */
export function serverEvent(event: string, value: unknown, id = ''): Frame {
  return new Frame(writeEvent({ event, id, data: Buffer.from(JSON.stringify(value)) }));
}

/** How a stream begins that is somebody's first: an id alone is no event, but a browser remembers it. */
export function firstWords({ id }: Progress): Frame {
  return Frame.text(`${retryField(AFTER_LOSS)}${id === '' ? '' : `id: ${id}\n`}\n`);
}

/**
 * Whether all that was missed on each channel follows, for who has been here before; `isLost` where it was too much, so that none
 * of it does.
 */
export function recoveredEvent(
  subscriptions: readonly SseSubscription[],
  progress: Progress,
  isLost: boolean,
): Frame {
  const channels = subscriptions.map(({ name, start }, i) => {
    const position = progress.positionOf(i);
    const recovered = !isLost && start?.recovered === true;
    return [name, { recovered, position: position === undefined ? null : writePosition(position) }] as const;
  });
  return serverEvent('recovered', Object.fromEntries(channels), progress.id);
}

/** A subscription that is no more, and why. */
export function endedEvent(channel: string, why: RouterError): Frame {
  return serverEvent('ended', { channel, error: told(why) });
}

/** Why a stream ends, and whether to come back. */
export function disconnectEvent({ code, reason, reconnect }: Disconnect): Frame {
  const { bytes } = serverEvent('disconnect', { code, reason, reconnect });
  return new Frame(reconnect ? Buffer.concat([Buffer.from(retryField(AFTER_DRAIN)), bytes]) : bytes);
}

/** A refusal as a peer is told of it. */
export function told({ code, message, hint, request }: RouterError): Readonly<Record<string, unknown>> {
  return { code, message, hint, request };
}
