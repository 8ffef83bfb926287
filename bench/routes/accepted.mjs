import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../lib/temporary-folder.mjs';

const { loadRouting } = await import(new URL('../../dist/src/config/index.js', import.meta.url));

/** The routes that may be used: written to a routing file and read by the loader, which refuses dangerous ones. */
export async function acceptedRoutes(routes) {
  const file = join(temporaryFolder(), 'websocket_routing.yml');
  const entries = routes.map(({ name, pattern, requirements }) => [
    name,
    { channel: pattern, handler: 'broadcast', requirements },
  ]);
  // JSON is YAML
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries), null, 1));
  const loaded = await loadRouting({ sources: [file], defaultAccess: { subscribe: [], publish: [] } });
  return loaded.routes;
}
