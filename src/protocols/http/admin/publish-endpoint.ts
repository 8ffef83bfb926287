import { RouterError } from '../../../core/errors.js';
import { jsonReply } from '../../../core/http.js';
import type { Router } from '../../../core/router.js';
import { JsonBody } from '../json-body.js';
import type { ActionLog } from './action-log.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { requireMember } from './explain-endpoint.js';
import { momentarySession } from './operator-session.js';
import { readAs } from './read-as.js';
import { AROUND, type PayloadLimits, readPayload } from './read-payload.js';

export interface PublishParts {
  readonly log: ActionLog;
  router(realm: string | undefined): Router;
  readonly limits: PayloadLimits;
}

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
    const payload = readPayload(body, limits);
    if (payload === undefined) throw new RouterError('bad_request', 'payload is missing');
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
