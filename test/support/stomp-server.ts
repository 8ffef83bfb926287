import { makeFolder } from './folder.js';
import type { ServerOptions } from './server.js';

const SETTINGS = `routing: routes.yml
listen: { stomp_port: 0 }
auth:
  logins:
    guest: { secret: guest, roles: [users] }
    system: { secret: manager, roles: [admins] }
`;

const ROUTES = `queues:
  channel: 'queue/{name}'
  handler: broadcast
  requirements: { name: '[^/.]+(?:/[^/.]+)*' }
  access: { subscribe: anyone, publish: anyone }
  delivery: queue
sales:
  channel: 'sales/{shop}'
  handler: broadcast
  access: { subscribe: anyone, publish: anyone }
  replay: 20
staff:
  channel: 'room/staff/{name}'
  handler: broadcast
  access: { subscribe: admins, publish: anyone }
topics:
  channel: '{name}'
  handler: broadcast
  requirements: { name: '(?!queue/)[^/.]+(?:/[^/.]+)*' }
  access: { subscribe: anyone, publish: anyone }
`;

/**
 * A server to which STOMP clients come as to a broker: with logins, queues, and topics of any name. Levels have no dots,
 * so that all spellings of a destination are one channel.
 */
export function stompServer(): ServerOptions {
  return { config: `${makeFolder({ 'signalbox.yml': SETTINGS, 'routes.yml': ROUTES })}/signalbox.yml` };
}
