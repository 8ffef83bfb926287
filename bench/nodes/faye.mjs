/** A node of Faye with its Redis engine, as its documentation has one use it. */
import { createServer } from 'node:http';
import faye from 'faye';
import redis from 'faye-redis';
import { answersPublish } from './publish-endpoint.mjs';

const { hostname: host, port } = new URL(process.argv[2]);
const bayeux = new faye.NodeAdapter({
  mount: '/faye',
  timeout: 45,
  engine: { type: redis, host, port: Number(port) },
});
const http = createServer(
  answersPublish((channel, payload) => bayeux.getClient().publish(`/${channel}`, payload)),
);
bayeux.attach(http);
http.listen(0, '127.0.0.1', () => console.log(`ready ${http.address().port}`));
