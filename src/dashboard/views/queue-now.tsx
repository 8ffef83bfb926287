import { useAnswer } from '../desk.js';
import { count } from '../format.js';
import { Facts } from '../parts/facts.js';
import type { ChannelPartProps } from './channel-part.js';
import { type QueuesAnswer, waitingOf } from './queues.js';

const EVERY = 3_000;

/** What a channel holds for its consumers, where it is a queue that holds something or has some. */
export function QueueNow({ channel, realm }: ChannelPartProps) {
  const { answer } = useAnswer<QueuesAnswer>('queues', {}, EVERY);
  const queue = answer?.queues.find(
    (each) => each.channel === channel && (realm === undefined || each.realm === realm),
  );
  if (queue === undefined) return null;
  return (
    <Facts
      isRow
      of={{
        'Waiting in the queue': count(waitingOf(queue)),
        Unacknowledged: count(queue.unacknowledged),
        'Consumers on this node': count(queue.consumers),
      }}
    />
  );
}
