import type { ChannelQuestion, ChannelsOfNode } from '../../core/channel-summary.js';

/** A question as another node has written it; undefined for what is none, or one that this version does not know. */
export function readQuestion(text: string): ChannelQuestion | undefined {
  const { type, prefix, after, limit } = Object(parse(text));
  if (type !== 'channels' || typeof prefix !== 'string' || typeof after !== 'string') return undefined;
  return Number.isSafeInteger(limit) ? { type, prefix, after, limit } : undefined;
}

/** An answer as another node has written it; undefined for what is none. */
export function readChannels(text: string): ChannelsOfNode | undefined {
  const answer = Object(parse(text));
  return Array.isArray(answer.channels) && typeof answer.more === 'boolean' ? answer : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
