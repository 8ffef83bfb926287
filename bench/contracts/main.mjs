/** Publishes again and again on one route and prints, as JSON, the CPU microseconds of one publication. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../lib/temporary-folder.mjs';
import { costOfOne } from '../lib/window.mjs';

const built = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url));
const { loadRouting } = await built('config/index.js');
const { Payload } = await built('core/payload.js');
const { TestServer, testBackend } = await built('testing.js');

const [kind, milliseconds] = process.argv.slice(2);
const BATCH = 1000;

const event = {
  id: 4711,
  state: 'new',
  subject: 'A message about something',
  at: '2026-03-01T06:00:00Z',
  tags: ['a', 'b', 'c'],
};
const SCHEMA = {
  type: 'object',
  properties: {
    id: { type: 'integer', minimum: 1 },
    state: { enum: ['new', 'read'] },
    subject: { type: 'string', maxLength: 200 },
    at: { type: 'string', format: 'date-time' },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 20 },
  },
  required: ['id', 'subject'],
  additionalProperties: false,
};
const LIST = { type: 'array', items: SCHEMA, maxItems: 1000 };
const large = Array.from({ length: 32 }, () => event);

/** What the route says, and what is published there. */
const KINDS = {
  'no schema': [undefined, event],
  schema: [SCHEMA, event],
  'no schema, 4 KiB': [undefined, large],
  'schema, 4 KiB': [LIST, large],
};

const [schema, value] = KINDS[kind];
const file = join(temporaryFolder(), 'routes.yml');
const entry = { channel: 'a/{b}', handler: 'a', ...(schema && { payload: { schema } }) };
// JSON is YAML
writeFileSync(file, JSON.stringify({ a: entry }));
const { routes, findings } = await loadRouting({
  sources: [file],
  defaultAccess: { subscribe: ['anyone'], publish: ['anyone'] },
});
if (findings.length > 0) throw new Error(findings[0].message);
const server = new TestServer({
  routes,
  handlers: { a: { onPublish: (_session, topic, _request, said) => topic.broadcast(said.payload, said) } },
});
const { session } = server.connect(testBackend());
const octets = Buffer.from(JSON.stringify(value));

/** CPU microseconds of one batch; payloads come as octets, each anew, as from a connection. */
function batch() {
  const payloads = Array.from({ length: BATCH }, () => Payload.fromJson(Buffer.from(octets)));
  const start = process.cpuUsage();
  for (const payload of payloads)
    server.router.publish(session, 'a/1', { payload, exclude: [], eligible: [] });
  const used = process.cpuUsage(start);
  return used.user + used.system;
}

console.log(JSON.stringify(costOfOne(batch, { size: BATCH, milliseconds })));
