import { RouterError } from '../../../core/errors.js';
import { jsonReply } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import { OPERATIONS, type Operation } from '../../../core/route.js';
import { JsonBody } from '../json-body.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { readAs } from './read-as.js';
import { AROUND, type PayloadLimits, readPayload } from './read-payload.js';

export interface ExplainParts {
  readonly inspection: NodeInspection;
  readonly limits: PayloadLimits;
}

/**
 * `POST /admin/api/explain` `{operation, channel, as, payload, realm}`: whether somebody may do something, as `signalbox explain`
 * says it.
 */
export function explainEndpoint(gate: AdminGate, { inspection, limits }: ExplainParts): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'POST', name: 'explain' }, async (request) => {
    const known = ['operation', 'channel', 'as', 'payload', 'realm'];
    const body = new JsonBody(request, known, limits.depth + AROUND);
    const wish = {
      operation: readOperation(body.name('operation')),
      channel: requireMember(body, 'channel'),
      principal: readAs(body.value('as')),
      payload: readPayload(body, limits),
      realm: body.name('realm'),
    };
    return jsonReply(200, await inspection.explain(wish));
  });
}

function readOperation(text: string | undefined): Operation {
  const operation = OPERATIONS.find((one) => one === text);
  if (operation !== undefined) return operation;
  throw new RouterError('bad_request', `operation is not one of ${OPERATIONS.join(', ')}`);
}

/** A text of 1 to 255 octets that has to be there. Throws `bad_request`. */
export function requireMember(body: JsonBody, name: string): string {
  const text = body.name(name);
  if (text !== undefined) return text;
  throw new RouterError('bad_request', `${name} is missing`);
}
