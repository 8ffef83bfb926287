import type { Container } from 'inversify';
import type { HttpEndpoint } from '../core/http.js';
import { OpenApiEndpoint } from '../protocols/http/index.js';
import { PARTS } from './tokens.js';
import { VERSION } from './version.js';

/** The same endpoints, and one that describes them. */
export function withDocument(endpoints: readonly HttpEndpoint[]): readonly HttpEndpoint[] {
  return [...endpoints, new OpenApiEndpoint(endpoints, VERSION)];
}

/** The document of all that is served over HTTP. */
export function openApi(container: Container): OpenApiEndpoint['document'] {
  const [longPoll, sse] = [container.get(PARTS.longPoll), container.get(PARTS.sseStreams)];
  const own = [...container.get(PARTS.endpoints), ...container.get(PARTS.reads)];
  return new OpenApiEndpoint([...own, ...longPoll.endpoints, ...sse.endpoints], VERSION).document;
}
