import { existsSync, readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { asyncApiDocument } from '../../../src/app/contracts/asyncapi.js';
import { asyncApiPage } from '../../../src/app/contracts/asyncapi-page.js';
import { channelContracts } from '../../../src/app/contracts/channel-contracts.js';
import { loadSettings } from '../../../src/config/index.js';
import type { Route } from '../../../src/core/route.js';
import { testRoute } from '../../../src/testing.js';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';
import { ORO_TOPICS } from '../../support/oro-topics.js';
import { REPOSITORY } from '../../support/server.js';

const FIXTURES = `${REPOSITORY}../shared/fixtures/oro-routing`;
const present = existsSync(FIXTURES);
if (!present) console.log(`skipped AsyncAPI of OroPlatform's routing files: there is no folder ${FIXTURES}`);

const parser = new Parser();

/** What a tool would refuse. */
async function errorsOf(text: string): Promise<string[]> {
  const diagnostics = await parser.validate(text);
  return diagnostics
    .filter(({ severity }) => severity === 0)
    .map(({ message, path }) => `${path.join('.')}: ${message}`);
}

async function documentOf(folder: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await cli(['asyncapi', '--config', `${folder}/signalbox.yml`, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const SETTINGS = 'routing: routes.yml\naccess: { subscribe: user, publish: user }\n';

// The first command of a process loads the built-in handlers, which takes long where nothing is cached yet.
beforeAll(async () => void (await cli(['routes'])), 180_000);

describe('signalbox asyncapi', { timeout: 60_000 }, () => {
  it("describes this repository's routes validly", async () => {
    const document = await documentOf(REPOSITORY);
    expect(await errorsOf(JSON.stringify(document))).toEqual([]);
    expect(document.channels['demo.reading']).toMatchObject({
      address: 'demo/readings/{sensor}',
      parameters: { sensor: { 'x-pattern': '[a-z0-9-]+' } },
      messages: { 'demo.reading': { $ref: '#/components/messages/demo.reading' } },
    });
    expect(document.components.schemas['demo.reading']).toMatchObject({ title: 'A reading of a sensor' });
    // The route says anyone, and its handler the owner: both have to hold.
    expect(document.operations['oro_email.event.subscribe']).toMatchObject({
      action: 'receive',
      channel: { $ref: '#/channels/oro_email.event' },
      'x-access': [['owner']],
    });
    expect(document.operations['demo.reading.publish']).toMatchObject({
      action: 'send',
      messages: [{ $ref: '#/channels/demo.reading/messages/demo.reading' }],
    });
    expect(document.operations['demo.procedure.call']).toMatchObject({ action: 'send' });
    expect(document.operations['demo.procedure.publish']).toBeUndefined();
    expect(document.servers).toMatchObject({
      websocket: { protocol: 'ws', pathname: '/ws' },
      stomp: { protocol: 'stomp' },
    });
  });

  it.skipIf(!present)("describes OroPlatform's routes validly", async () => {
    const folder = testFolder({ 'signalbox.yml': `routing: ${FIXTURES}\ntopics:${ORO_TOPICS}` });
    const document = await documentOf(folder);
    expect(await errorsOf(JSON.stringify(document))).toEqual([]);
    expect(Object.keys(document.channels)).toHaveLength(10);
    expect(document.operations['oro_email.event.subscribe']).toMatchObject({
      action: 'receive',
      'x-access': [['user'], ['owner']],
    });
    expect(document.operations['oro_email.event.publish']).toMatchObject({ 'x-access': [['backend']] });
  });

  it('says what is special about channels, and who may do what', async () => {
    const folder = testFolder({
      'signalbox.yml': SETTINGS,
      'routes.yml': [
        'a/b c:',
        "  channel: 'jobs/{kind}/{level}'",
        '  handler: broadcast',
        "  requirements: { kind: 'mail|print', level: { pattern: '\\d+', wildcard: true } }",
        "  defaults: { level: '1' }",
        '  access: { subscribe: [worker, backend], publish: [] }',
        '  delivery: queue',
        '  payload: { schema: { type: object, properties: { next: { $ref: "#" } } } }',
        'ticks:',
        '  channel: ticks',
        '  handler: broadcast',
        '  history: { size: 10 }',
        '  presence: true',
        '  payload: text',
      ].join('\n'),
    });
    const document = await documentOf(folder, '--url', 'https://live.example.com');
    expect(await errorsOf(JSON.stringify(document))).toEqual([]);
    expect(document.channels['a_b_c']).toMatchObject({
      parameters: { kind: { enum: ['mail', 'print'] }, level: { default: '1', 'x-pattern': '\\d+' } },
      'x-signalbox': { route: 'a/b c', queue: { durable: false } },
    });
    expect(document.operations['a_b_c.subscribe']['x-access']).toEqual([['worker', 'backend']]);
    expect(document.operations['a_b_c.publish']).toBeUndefined();
    expect(document.components.schemas['a_b_c'].properties.next.$ref).toBe('#/components/schemas/a_b_c');
    expect(document.channels.ticks['x-signalbox']).toMatchObject({ history: { size: 10 }, presence: true });
    expect(document.components.messages.ticks).toMatchObject({
      contentType: 'text/plain',
      payload: { type: 'string' },
    });
    expect(document.servers.websocket).toMatchObject({ host: 'live.example.com', protocol: 'wss' });
  });

  it('says how to connect, in the words of each protocol', async () => {
    const folder = testFolder({
      'signalbox.yml': `routing: routes.yml
access: { subscribe: user, publish: user }
listen: { stomp_port: 61613, xmlsocket_port: 8843, raw_socket_port: 8081 }
auth:
  anonymous: false
  secret: a secret of this test which is long enough
  jwt: { secret: another secret of this test which is long enough for it, algorithms: [HS256], audience: live }
  http: { url: 'http://127.0.0.1/me', cookies: [SHOPSESSID] }
  cookie: live_ticket
  logins:
    ann: { secret: a password of a test which is long enough }
`,
      'routes.yml': `jobs: { channel: 'jobs/{kind}', handler: broadcast, delivery: queue }
chat.room: { channel: 'chat/room/{room}', handler: broadcast, payload: text }
chat.user: { channel: 'chat/user/{user_id}', handler: broadcast, payload: { schema: { type: object, required: [n], examples: [{ n: 1 }, { m: 1 }] } } }
chat.rooms: { channel: chat/rooms, handler: procedure, access: { register: user } }
`,
    });
    const document = await documentOf(folder);
    expect(await errorsOf(JSON.stringify(document))).toEqual([]);
    const { servers, components, channels } = document;
    const schemesOf = (server: string) =>
      servers[server].security.map(({ $ref }: { $ref: string }) => $ref.split('/').at(-1)).join(' ');
    expect(Object.fromEntries(Object.keys(servers).map((name) => [name, schemesOf(name)]))).toEqual({
      websocket: 'ticket ticketHeader token jwt passcode key password basic wampcra ticketCookie session',
      http: 'ticketHeader jwt key basic',
      sse: 'ticket ticketHeader token jwt key basic ticketCookie session',
      rawsocket: 'wampcra',
      stomp: 'passcode password',
      xmlsocket: 'passcode password',
    });
    expect(servers.stomp['x-anonymous']).toBe(false);
    expect(components.securitySchemes).toMatchObject({
      ticket: { type: 'httpApiKey', in: 'query', name: 'ticket' },
      token: { type: 'httpApiKey', in: 'query', name: 'token' },
      session: { type: 'httpApiKey', in: 'cookie', name: 'SHOPSESSID' },
      ticketCookie: { type: 'httpApiKey', in: 'cookie', name: 'live_ticket' },
      basic: { type: 'http', scheme: 'basic' },
      wampcra: { type: 'symmetricEncryption' },
    });
    expect(components.channelBindings.handshake.ws).toMatchObject({
      method: 'GET',
      query: { properties: { ticket: { type: 'string' }, token: { type: 'string' } } },
      headers: {
        properties: {
          'Sec-WebSocket-Protocol': { enum: expect.arrayContaining(['wamp.2.json', 'v12.stomp']) },
        },
      },
    });
    for (const channel of Object.values<{ bindings: unknown }>(channels))
      expect(channel.bindings).toEqual({ $ref: '#/components/channelBindings/handshake' });
    expect(channels.jobs['x-stomp']).toEqual({
      destination: 'jobs/{kind}',
      subscribe: { ack: 'client-individual' },
      send: { 'content-type': 'application/json' },
    });
    expect(channels['chat.room']['x-stomp'].send).toEqual({ 'content-type': 'text/plain' });
    // What the schema refuses itself is no example.
    expect(components.messages['chat.user'].examples).toEqual([{ payload: { n: 1 } }]);
    expect(JSON.stringify(document)).not.toContain('long enough');
  });

  it('writes a page that asks for nothing else', async () => {
    const folder = testFolder();
    const { code, stderr } = await cli([
      'asyncapi',
      '--config',
      `${REPOSITORY}signalbox.yml`,
      '--html',
      `${folder}/reference`,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `written: ${folder}/reference/index.html\n` });
    const page = readFileSync(`${folder}/reference/index.html`, 'utf8');
    expect(page).toContain('demo/readings/{sensor}');
    expect(page).toContain('<td><code>?ticket=</code></td><td>websocket, sse</td>');
    expect(page).toContain('the door was open');
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
  });

  it('refuses an address that is none', async () => {
    expect((await cli(['asyncapi', '--config', `${REPOSITORY}signalbox.yml`, '--url', 'live'])).code).toBe(2);
  });
});

const routeArbitrary = fc
  .record({
    name: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    pieces: fc.array(fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('{a}', '{b}')), {
      minLength: 1,
      maxLength: 5,
    }),
    requirement: fc.constantFrom('\\d+', 'x|y', '[^/]{1,3}', '.+'),
    preset: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
    rules: fc.array(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 2 }),
    schema: fc.constantFrom(
      undefined,
      true,
      false,
      {},
      { $ref: '#/$defs/a~1b', $defs: { 'a/b': { prefixItems: [{}], $ref: '#' } } },
    ),
  })
  .map(({ name, pieces, requirement, preset, rules, schema }): Route => {
    const pattern = pieces
      .filter((piece, i) => !piece.startsWith('{') || pieces.indexOf(piece) === i)
      .join('/');
    return testRoute(name, pattern, {
      handler: 'h',
      requirements: { a: requirement },
      defaults: preset === undefined ? {} : { b: preset, a: preset },
      access: { subscribe: rules, publish: rules },
      ...(schema !== undefined && {
        payload: { form: 'json', title: name, schema, broadcasts: false, fault: () => undefined },
      }),
    });
  });

describe('any route table', () => {
  it('is described validly, and shown as the text that it is', { timeout: 60_000 }, async () => {
    const { settings } = await loadSettings({ env: {} });
    const handlers = new Map([['h', { onPublish: () => undefined }]]);
    await fc.assert(
      fc.asyncProperty(fc.array(routeArbitrary, { maxLength: 6 }), async (routes) => {
        const channels = channelContracts(routes, handlers);
        const document = asyncApiDocument({ title: 'any', version: '1.0.0', settings, channels });
        expect(await errorsOf(JSON.stringify(document))).toEqual([]);
        expect(asyncApiPage(document).match(/<\/section>/g)?.length ?? 0).toBe(channels.length);
      }),
      { numRuns: 8 },
    );
  });

  it('cannot bring markup into the page', async () => {
    const { settings } = await loadSettings({ env: {} });
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const route = testRoute(evil, `a/${evil}`, { handler: 'h', access: { subscribe: [evil] } });
    const payload = { form: 'json', title: evil, broadcasts: false, fault: () => undefined } as const;
    const schema = { properties: { [evil]: { description: evil, const: evil, pattern: evil } } };
    const channels = channelContracts([{ ...route, payload: { ...payload, schema } }], new Map([['h', {}]]));
    const page = asyncApiPage(asyncApiDocument({ title: evil, version: evil, settings, channels }));
    expect(page).not.toContain('<img');
  });
});
