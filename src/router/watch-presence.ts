import type { Logger } from '../core/logger.js';
import { after, isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { PresencePolicy, PresenceWords } from '../core/presence.js';
import type { Presence } from './presence.js';

export interface WatchParts {
  readonly presence: Presence;
  readonly policy: PresencePolicy;
  readonly logger: Logger;
  readonly channel: string;
}

/** Tells a handler who is on a channel and what changes, in their order, until what it resolves to is called. Throws `unavailable`. */
export function watchPresence(
  { presence, policy, logger, channel }: WatchParts,
  told: (words: PresenceWords) => MaybePromise<void>,
): MaybePromise<() => void> {
  const failed = (error: unknown) =>
    logger.error(
      { event: 'presence_handler_failed', channel, error },
      'a handler failed that hears of presence',
    );
  const say = (words: PresenceWords) => {
    try {
      const done = told(words);
      if (isPromise(done)) done.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  let isOn = false;
  const heard = (words: PresenceWords) => {
    if (isOn) say(words);
  };
  const end = () => {
    isOn = false;
    presence.unwatch(channel, heard).catch(failed);
  };
  return after(presence.watch(channel, policy, heard), (roster) => {
    isOn = true;
    say(roster.words());
    return end;
  });
}
