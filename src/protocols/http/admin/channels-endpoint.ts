import { jsonReply } from '../../../core/http.js';
import { CHANNEL_ORDERS, type InspectedChannel, type NodeInspection } from '../../../core/inspection.js';
import { Query } from '../query.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { readListQuery, readWord } from './list-query.js';

/** `GET /admin/api/channels?search=&sort=&limit=&after=`: the channels that somebody is subscribed to on this node. */
export function channelsEndpoint(gate: AdminGate, inspection: NodeInspection): AdminEndpoint {
  return new AdminEndpoint(gate, { method: 'GET', name: 'channels' }, ({ url }) => {
    const query = new Query(url);
    const sort = readWord(query, 'sort', CHANNEL_ORDERS);
    const page = inspection.channels({ ...readListQuery(query), sort });
    return jsonReply(200, { channels: page.items.map(channelView), next: page.next, total: page.total });
  });
}

function channelView({ topic, realm, rate }: InspectedChannel): unknown {
  const { channel, size, position, publications, request } = topic;
  return {
    channel,
    route: request.route.name,
    subscribers: size,
    publications,
    rate: Math.round(rate * 100) / 100,
    history: position && { offset: position.offset, epoch: position.epoch },
    realm,
  };
}
