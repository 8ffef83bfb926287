import type { PeriodicTask, TopicHandler } from '../core/topic.js';
import { DiscoveryError } from './discover.js';
import { isOffered, type Offer, type OfferedClass, type Offers } from './handler-class.js';

/** A class with one of the static fields `handler`, `periodic` and `service`. */
export type TestTopic = OfferedClass;

/** What a test gives in place of files: classes, or objects by handler name. Throws `DiscoveryError`. */
export function offersOf(topics: readonly TestTopic[] | Readonly<Record<string, TopicHandler>>): Offers {
  const handlers = new Map<string, Offer<TopicHandler>>();
  const periodic = new Map<string, Offer<PeriodicTask>>();
  const services = new Map<symbol, Offer>();
  for (const [name, topic] of Object.entries(topics)) {
    if (!Array.isArray(topics)) {
      handlers.set(name, { class: classOf(topic as TopicHandler), file: 'the test' });
      continue;
    }
    if (!isOffered(topic)) {
      throw new DiscoveryError(
        'a class of topics has none of the static fields handler, periodic and service',
      );
    }
    const offer = { class: topic, file: 'the test' };
    if (typeof topic.handler === 'string') handlers.set(topic.handler, offer as Offer<TopicHandler>);
    if (typeof topic.periodic === 'string') periodic.set(topic.periodic, offer as Offer<PeriodicTask>);
    if (typeof topic.service === 'symbol') services.set(topic.service, offer);
  }
  return { handlers, periodic, services };
}

/** A class whose only instance is this one. */
function classOf(handler: TopicHandler): OfferedClass<TopicHandler> {
  return function given() {
    return handler;
  } as unknown as OfferedClass<TopicHandler>;
}
