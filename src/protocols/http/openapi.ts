import type { HttpDescription, HttpEndpoint, HttpParameter } from '../../core/http.js';
import { ERROR } from './descriptions.js';

type Tree = { readonly [name: string]: unknown };

const SECURITY: Readonly<Record<HttpDescription['credentials'], readonly Tree[]>> = {
  none: [],
  optional: [{}, { bearer: [] }],
  bearer: [{ bearer: [] }],
  basic: [{ basic: [] }],
};

/** The endpoints that describe themselves as an OpenAPI document. [OpenAPI 3.1.0] */
export function openApiDocument(endpoints: readonly HttpEndpoint[], version: string): Tree {
  const paths: Record<string, Tree> = {};
  for (const { path, method, description } of endpoints) {
    if (description === undefined) continue;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(method, path, description) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'signalbox',
      version,
      description: 'Publishing to channels and reading of them over HTTP.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The key of a back end, or the ticket or token of a user.',
        },
        basic: { type: 'http', scheme: 'basic' },
      },
    },
  };
}

function operationOf(method: string, path: string, description: HttpDescription): Tree {
  const { summary, credentials, query = {}, body, also = [] } = description;
  const reply = { description: 'Done.', content: contentOf(description) };
  return {
    operationId: nameOf(method, path),
    summary,
    security: SECURITY[credentials],
    ...(Object.keys(query).length > 0 && { parameters: Object.entries(query).map(parameterOf) }),
    ...(body !== undefined && { requestBody: { required: true, content: jsonOf(body) } }),
    responses: {
      '200': reply,
      ...Object.fromEntries(also.map((status) => [status, reply])),
      default: { description: 'A refusal.', content: jsonOf({ $ref: '#/components/schemas/Error' }) },
    },
  };
}

function contentOf({ reply }: HttpDescription): Tree {
  if (typeof reply === 'boolean' || !('contentType' in reply)) return jsonOf(reply);
  return { [String(reply.contentType)]: { schema: { type: 'string' } } };
}

function jsonOf(schema: unknown): Tree {
  return { 'application/json': { schema } };
}

function parameterOf([name, { description, schema, required = false }]: [string, HttpParameter]): Tree {
  return { name, in: 'query', description, required, schema };
}

/** Such as `postApiPublish`. */
function nameOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
