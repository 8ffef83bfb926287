import type { OpenLink } from './link.js';
import { SseLink } from './sse-link.js';
import { WampLink } from './wamp-link.js';

export const WAMP: OpenLink = (url, listener) => new WampLink(url, listener);
export const SSE: OpenLink = (url, listener) => new SseLink(url, listener);
