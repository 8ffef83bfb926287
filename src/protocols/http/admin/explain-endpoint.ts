import { RouterError } from '../../../core/errors.js';
import { jsonReply } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import { OPERATIONS, type Operation } from '../../../core/route.js';
import { JsonBody } from '../json-body.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { readAs } from './read-as.js';

/** `POST /admin/api/explain` `{operation, channel, as}`: whether somebody may do something, as `signalbox explain` says it. */
export function explainEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'POST', name: 'explain' }, async (request) => {
    const body = new JsonBody(request, ['operation', 'channel', 'as']);
    const operation = readOperation(body.name('operation'));
    const channel = requireMember(body, 'channel');
    return jsonReply(
      200,
      await inspection.explain({ operation, channel, principal: readAs(body.value('as')) }),
    );
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
