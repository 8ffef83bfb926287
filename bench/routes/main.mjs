/** Matches channels against a table and prints, as JSON, how many a second of CPU it does. */
import { LinearTable } from './linear.mjs';
import { makeChannels, makeRoutes } from './tables.mjs';

const { RouteTable } = await import(new URL('../../dist/src/router/index.js', import.meta.url));

/** More than any cache holds: when the first comes again it has long been forgotten. */
const FLOOD = 100_000;
const FEW = 5000;

const [kind, count, milliseconds] = process.argv.slice(2);
const routes = makeRoutes(Number(count));

const kinds = {
  uncached: () => ({ table: new RouteTable(routes), channels: makeChannels(routes.length, FLOOD) }),
  miss: () => ({ table: new RouteTable(routes), channels: makeChannels(routes.length, FLOOD, true) }),
  cached: () => ({ table: new RouteTable(routes), channels: makeChannels(routes.length, FEW) }),
  linear: () => ({ table: new LinearTable(routes), channels: makeChannels(routes.length, FEW) }),
};

const { table, channels } = kinds[kind]();
const wanted = kind === 'miss' ? 0 : 1;
let at = 0;

/** Matches a second of CPU; every channel must be found, or none. */
function window() {
  const start = process.cpuUsage();
  let done = 0;
  let found = 0;
  let cpu = 0;
  while (cpu < milliseconds * 1000) {
    for (let i = 0; i < 200; i++) {
      if (table.match(channels[at]) !== undefined) found++;
      at = at + 1 === channels.length ? 0 : at + 1;
    }
    done += 200;
    const { user, system } = process.cpuUsage(start);
    cpu = user + system;
  }
  if (found !== done * wanted) throw new Error(`${kind}: ${found} of ${done} channels matched`);
  return (done / cpu) * 1e6;
}

window();
console.log(JSON.stringify(window()));
