// The server inside a program of your own, which publishes through it without HTTP and without a key.
import { fileURLToPath } from 'node:url';
import { createServer } from 'signalbox';

const server = await createServer({
  config: fileURLToPath(new URL('signalbox.yml', import.meta.url)),
  // Settings by their path: they override the environment and the file.
  flags: process.argv[2] === undefined ? {} : { 'listen.port': process.argv[2] },
});
console.log(`counting at ${server.url}`);

let count = 0;
const timer = setInterval(async () => {
  count += 1;
  const publication = await server.publish({ route: 'counter', params: { name: 'seconds' } }, { count });
  console.log(`published ${publication.id} on ${publication.channel}`);
}, 1000);

process.once('SIGINT', stop).once('SIGTERM', stop);

async function stop() {
  clearInterval(timer);
  await server.close();
  console.log('everybody has gone');
}
