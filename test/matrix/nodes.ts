import { makeFolder } from '../support/folder.js';
import { RedisCluster, RedisServer } from '../support/redis-server.js';
import { REPOSITORY, ServerProcess } from '../support/server.js';

/** Where the nodes of a test are: the first publishes, the last subscribes. */
export interface Nodes {
  readonly servers: readonly ServerProcess[];
  stop(): Promise<void>;
}

export interface NodesUnderTest {
  readonly name: string;
  readonly needsRedis: boolean;
  start(): Promise<Nodes>;
}

const SETTINGS = `routing: [routes.yml, '${REPOSITORY}routing/chat.yml']
listen: { stomp_port: 0, xmlsocket_port: 0 }
stomp: { on_error: keep }
access: { subscribe: anyone, publish: anyone }
auth:
  logins:
    adam: { secret: 'a password of adam' }
    eve: { secret: 'a password of eve' }
`;

const ROUTES = `room:
  channel: 'room/{name}'
  handler: broadcast
kept:
  channel: 'kept/{name}'
  handler: broadcast
  history: { size: 50, ttl: 10m }
  replay: 3
attended:
  channel: 'attended/{name}'
  handler: broadcast
  presence: { leave_delay: 1ms }
mine:
  channel: 'mine/{user_id}'
  handler: broadcast
  access: { subscribe: owner, publish: backend }
ours:
  channel: 'ours/{user_id}/{organization_id}'
  handler: broadcast
  access: { subscribe: owner, publish: backend }
work:
  channel: 'work/{name}'
  handler: broadcast
  delivery: queue
`;

export const NODES: readonly NodesUnderTest[] = [
  { name: 'one node, with the memory broker', needsRedis: false, start: () => start(1, 'memory') },
  {
    name: 'two nodes on one Redis',
    needsRedis: true,
    async start() {
      const redis = await RedisServer.start();
      return start(2, redis.url, redis);
    },
  },
  {
    name: 'two nodes on a Redis Cluster',
    needsRedis: true,
    async start() {
      const redis = await RedisCluster.start();
      return start(2, redis.url, redis);
    },
  },
];

/** Servers with the same settings, which end before what they stand on. */
async function start(count: number, broker: string, below?: { stop(): Promise<void> }): Promise<Nodes> {
  const folders = Array.from({ length: count }, () =>
    makeFolder({ 'signalbox.yml': SETTINGS, 'routes.yml': ROUTES }),
  );
  const env = { SIGNALBOX_BROKER: broker };
  const servers = await Promise.all(
    folders.map((folder) => ServerProcess.start({ config: `${folder}/signalbox.yml`, env })),
  );
  return {
    servers,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await below?.stop();
    },
  };
}
