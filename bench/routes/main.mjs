/** Matches channels against a table and prints, as JSON, how many a second of CPU it does. */

import { costOfOne } from '../lib/window.mjs';
import { LinearTable } from './linear.mjs';
import { makeChannel, makeRoutes } from './tables.mjs';

const { RouteTable } = await import(new URL('../../dist/src/router/index.js', import.meta.url));

const BATCH = 1000;
const FEW = 5000;

const [kind, count, milliseconds] = process.argv.slice(2);
const routes = makeRoutes(Number(count));
let number = 0;

/** As it comes off the wire: a text that nobody has looked at yet. */
const fresh = (text) => Buffer.from(text).latin1Slice();
const few = Array.from({ length: FEW }, (_, n) => fresh(makeChannel(routes.length, n)));

/** Channels that were never there before; `spoilt` ones match nothing. */
const flood = (end) => () => fresh(makeChannel(routes.length, number++) + end);
const again = () => few[number++ % FEW];

const KINDS = {
  uncached: { table: RouteTable, next: flood(''), found: 1 },
  miss: { table: RouteTable, next: flood('!'), found: 0 },
  cached: { table: RouteTable, next: again, found: 1 },
  linear: { table: LinearTable, next: again, found: 1 },
};
const { table: Table, next, found } = KINDS[kind];
const table = new Table(routes);

/** CPU microseconds of one batch. The channels are made before the clock starts; each must be found, or none. */
function batch() {
  const channels = Array.from({ length: BATCH }, next);
  let matched = 0;
  const start = process.cpuUsage();
  for (const channel of channels) if (table.match(channel) !== undefined) matched++;
  const { user, system } = process.cpuUsage(start);
  if (matched !== found * BATCH) throw new Error(`${kind}: ${matched} of ${BATCH} channels matched`);
  return user + system;
}

/** Matches a second. */
console.log(JSON.stringify(1e6 / costOfOne(batch, { size: BATCH, milliseconds })));
