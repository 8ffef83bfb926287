import { type HttpEndpoint, type HttpReply, jsonReply } from '../../core/http.js';
import { OPENAPI } from './descriptions.js';
import { openApiDocument } from './openapi.js';

/**
 * `GET /api/openapi.json`: the document of the endpoints beside it, and of itself. Told to everybody: it says what the documentation says,
 * and nothing of channels, users or settings.
 */
export class OpenApiEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '/api/openapi.json';
  readonly description = OPENAPI;
  readonly bodyLimit = 0;
  readonly document: Readonly<Record<string, unknown>>;

  constructor(endpoints: readonly HttpEndpoint[], version: string) {
    this.document = openApiDocument([...endpoints, this], version);
  }

  handle(): HttpReply {
    return jsonReply(200, this.document);
  }
}
