import { RouterError } from '../../../core/errors.js';
import { jsonReply } from '../../../core/http.js';
import { Payload } from '../../../core/payload.js';
import type { Router } from '../../../core/router.js';
import { JsonBody } from '../json-body.js';
import type { ActionLog } from './action-log.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { requireMember } from './explain-endpoint.js';
import { momentarySession } from './operator-session.js';
import { readAs } from './read-as.js';

export interface PublishParts {
  readonly log: ActionLog;
  router(realm: string | undefined): Router;
  /** Octets of a payload, and how deeply it may be nested. */
  readonly limits: { readonly message: number; readonly depth: number };
}

/** Levels of a request around its payload. */
const AROUND = 2;

/** `POST /admin/api/publish` `{channel, payload, as}`: publishes as somebody, who is refused what access refuses. */
export function adminPublishEndpoint(
  gate: AdminGate,
  { log, router: find, limits }: PublishParts,
): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'POST', name: 'publish', changes: true }, async (request) => {
    const body = new JsonBody(request, ['channel', 'payload', 'as', 'realm'], limits.depth + AROUND);
    const router = find(body.name('realm'));
    const channel = router.resolve(requireMember(body, 'channel'));
    const principal = readAs(body.value('as'));
    const payload = readPayload(body, limits.message);
    const { remoteAddress } = request;
    log.write('publish', { channel, principal, remoteAddress });
    const session = momentarySession(principal, remoteAddress);
    try {
      const published = await router.publish(session, channel, { payload, exclude: [], eligible: [] });
      const { id, position } = published ?? {};
      return jsonReply(200, {
        channel,
        id: id ?? null,
        offset: position?.offset ?? null,
        epoch: position?.epoch ?? null,
      });
    } finally {
      session.closeDown();
    }
  });
}

function readPayload(body: JsonBody, most: number): Payload {
  const octets = body.octets('payload');
  if (octets === undefined) throw new RouterError('bad_request', 'payload is missing');
  if (octets.length <= most) return Payload.fromJson(octets).copy();
  throw new RouterError('payload_too_large', `the payload is over limits.message of ${most} bytes`, {
    limit: 'limits.message',
  });
}
