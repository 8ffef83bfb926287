/** The router of npm `fox-wamp` on a free port. Its entry is TypeScript: start with `--import tsx`. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';

const FoxRouter = createRequire(import.meta.url)('fox-wamp');

const probe = createServer().listen(0, '127.0.0.1');
await once(probe, 'listening');
const { port } = probe.address();
probe.close();
await once(probe, 'close');

new FoxRouter().listenWAMP({ host: '127.0.0.1', port, path: '/ws' });
setTimeout(() => console.log(`ready ${port}`), 200);
