import type { TopicHandler } from '../core/topic.js';

/** What a handler demands; one that takes no publications demands that nobody publishes. */
export function demandsOf(handler: TopicHandler = {}): TopicHandler['access'] {
  return handler.onPublish === undefined ? { ...handler.access, publish: [] } : handler.access;
}
