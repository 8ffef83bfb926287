import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeSettings,
  formatFindings,
  loadSettings,
  type SettingsRequest,
} from '../../src/config/index.js';
import { PeerAddresses } from '../../src/transports/index.js';
import { brief, folderOf, writeFiles } from './harness.js';

async function settingsOf(text: string, request: Partial<SettingsRequest> = {}) {
  const folder = await folderOf({ 'signalbox.yml': text });
  return loadSettings({ file: join(folder, 'signalbox.yml'), env: {}, ...request });
}

describe('settings', () => {
  it('have a default for everything', async () => {
    const folder = await folderOf({ 'signalbox.yml': '' });
    const { settings, findings } = await loadSettings({ file: join(folder, 'signalbox.yml'), env: {} });
    expect(formatFindings(findings)).toBe('');
    expect(settings).toEqual({
      folder,
      listen: {
        host: '127.0.0.1',
        port: 8080,
        paths: ['/', '/ws'],
        rawSocket: false,
        stomp: false,
        xmlsocket: false,
        compression: false,
        missingOrigin: 'allow',
        trustedProxies: [],
        blocked: [],
        tls: undefined,
      },
      routing: [join(folder, 'routing')],
      topics: { folders: [], named: new Map() },
      access: { subscribe: ['user'], publish: ['backend'], call: ['user'], register: [] },
      auth: {
        anonymous: true,
        methods: undefined,
        keys: new Map(),
        secret: undefined,
        publicKey: undefined,
        privateKey: undefined,
        ticketTtl: 300_000,
        ticketTtlMax: 3_600_000,
        ticketOnce: true,
        sessionTtl: 43_200_000,
        expiryWarning: 60_000,
        onExpiry: 'disconnect',
        logins: new Map(),
      },
      store: { path: join(folder, 'var/signalbox.db'), isChosen: false },
      xmlsocket: { loginTimeout: 60_000, policyDomains: [], policyPorts: [] },
      development: false,
      broker: 'memory',
      redis: { prefix: 'sb', timeout: 1500, positions: 30 * 86_400_000, start: 10_000 },
      origins: [],
      tracing: { enabled: false, sample: 0.01, channels: false },
      limits: {
        page: 8 * 1024 ** 2,
        message: 65_536,
        depth: 64,
        buffer: 1_048_576,
        bufferTime: 10_000,
        channel: 255,
        connections: 10_000,
        connectionsPerAddress: 1000,
        tickets: 100_000,
        testamentsSize: 262_144,
        connectionsPerUser: 100,
        revocations: 10_000,
        channels: 1000,
        patterns: 100,
        recovery: 1000,
        retained: 10_000,
        retainedSize: 67_108_864,
        historyChannels: 10_000,
        historySize: 268_435_456,
        queueMessages: 100_000,
        queueSize: 268_435_456,
        storePending: 10_000,
        storePendingSize: 67_108_864,
        logSearches: 100,
        handshakes: { rate: 100, burst: 1000 },
        failedLogins: { rate: 10 / 60, burst: 20 },
        authTimeout: 5000,
        subscriptions: 1000,
        messages: { rate: 200, burst: 400 },
        publishes: { rate: 200, burst: 2000 },
        handlerTimeout: 5000,
        calls: 100,
        callTimeout: 60_000,
        registrations: 1000,
        testaments: 100,
        handshakeTimeout: 10_000,
        silence: 300_000,
        ping: 25_000,
        pongTimeout: 8000,
        longPoll: 10_000,
        body: 1_048_576,
        bodies: 67_108_864,
        batch: 1000,
        loopDelay: 250,
        drain: 10_000,
        drainDelay: 0,
      },
      wamp: { realm: 'realm1', realms: [], meta: ['backend'], disclosure: 'request', uris: 'loose' },
      stomp: {
        onError: 'close',
        trailingLf: true,
        connectTimeout: 30_000,
        heartBeat: 1000,
        header: 8192,
        headers: 100,
        headerSection: 32_768,
        beforeLogin: 65_536,
        prefetch: 1000,
        transactions: 100,
        transactionFrames: 1000,
        transactionSize: 1_048_576,
        tempQueues: 100,
      },
      log: { level: 'info', format: 'auto' },
      admin: {
        key: undefined,
        mode: 'read',
        payloads: 'shown',
        redact: expect.arrayContaining(['password', 'token', 'authorization']),
        streams: 16,
      },
    });
  });

  it.each(['127.0.0.1', '127.0.0.9', '::1', 'localhost'])('have development on %s', async (host) => {
    const { findings, settings } = await settingsOf(`development: true\nlisten: { host: '${host}' }\n`);
    expect(findings).toEqual([]);
    expect(settings.development).toBe(true);
  });

  it.each(['0.0.0.0', '::', '192.168.0.9', 'localhost.example.com'])(
    'do not have development on %s, where others can connect',
    async (host) => {
      const { findings } = await settingsOf(`development: true\nlisten: { host: '${host}' }\n`);
      expect(findings).toMatchObject([{ severity: 'error', code: 'bad-setting', line: 1 }]);
      expect(findings[0]?.message).toContain(host);
      const env = { SIGNALBOX_HOST: host };
      expect((await settingsOf('development: true\n', { env })).findings).toHaveLength(1);
      expect((await settingsOf('development: false\n', { env })).findings).toEqual([]);
    },
  );

  it('come from the file, with paths relative to it', async () => {
    const folder = await folderOf({
      'conf/signalbox.yml': `
listen: { host: '::1', port: 0, paths: /live, compression: true }
routing: [../routes, extra.yml]
topics:
  handlers: handlers
  oro_sync.maintenance: broadcast
  oro_sync.ping: { class: ping, interval: 50s }
access: { subscribe: anyone, publish: [backend, editor] }
auth:
  anonymous: false
  keys: { shop: 'a key of enough characters', crm: { env: CRM_KEY } }
  secret: { env: TICKETS }
  ticket_ttl: 1m
origins: ['https://app.example.com', 'http://localhost:3000']
limits: { message: 1kb, messages: 5/s, ping: 1500, buffer: 2mb, pong_timeout: 1s }
log: { level: debug, format: json }
`,
    });
    await mkdir(join(folder, 'conf/handlers'));
    const env = { CRM_KEY: 'another key of enough characters', TICKETS: 'a secret of enough characters' };
    const { settings, findings } = await loadSettings({ file: join(folder, 'conf/signalbox.yml'), env });
    expect(formatFindings(findings)).toBe('');
    expect(settings).toMatchObject({
      folder: join(folder, 'conf'),
      listen: { host: '::1', port: 0, paths: ['/live'], compression: true },
      routing: [join(folder, 'routes'), join(folder, 'conf/extra.yml')],
      access: { subscribe: ['anyone'], publish: ['backend', 'editor'] },
      auth: { anonymous: false, secret: env.TICKETS, ticketTtl: 60_000 },
      limits: { message: 1024, messages: { rate: 5, burst: 10 }, ping: 1500, buffer: 2_097_152 },
      log: { level: 'debug', format: 'json' },
    });
    expect([...settings.auth.keys].map(([name, { key }]) => [name, key])).toEqual([
      ['shop', 'a key of enough characters'],
      ['crm', env.CRM_KEY],
    ]);
    expect(settings.topics).toEqual({
      folders: [join(folder, 'conf/handlers')],
      named: new Map([
        ['oro_sync.maintenance', { class: 'broadcast', options: {} }],
        ['oro_sync.ping', { class: 'ping', options: { interval: '50s' } }],
      ]),
    });
  });

  it('are overridden by the environment, and that by flags', async () => {
    const env = {
      SIGNALBOX_PORT: '9001',
      SIGNALBOX_HOST: '0.0.0.0',
      SIGNALBOX_LIMITS_MESSAGE: '2kb',
      SIGNALBOX_LIMITS_MESSAGES: 'false',
      SIGNALBOX_AUTH_ANONYMOUS: 'false',
      SIGNALBOX_ORIGINS: 'https://a.example.com, https://b.example.com',
      SIGNALBOX_ROUTING: 'here',
      SIGNALBOX_API_KEY: 'the key of the environment',
      SIGNALBOX_SECRET: 'the secret of the environment',
      SIGNALBOX_LOG_LEVEL: '',
    };
    const flags = { 'listen.port': '9002', 'log.format': 'text', 'access.subscribe': undefined };
    const text =
      'listen: { port: 9000 }\nauth: { keys: { file: the key of the file! } }\nlog: { level: warn }\n';
    const { settings, findings } = await settingsOf(text, { env, flags });
    expect(formatFindings(findings)).toBe('');
    expect(settings).toMatchObject({
      listen: { host: '0.0.0.0', port: 9002 },
      routing: [join(process.cwd(), 'here')],
      origins: ['https://a.example.com', 'https://b.example.com'],
      limits: { message: 2048, messages: undefined },
      auth: { anonymous: false, secret: 'the secret of the environment' },
      log: { level: 'warn', format: 'text' },
    });
    expect([...settings.auth.keys.keys()]).toEqual(['file', 'env']);
  });

  it('name the variable or flag that is wrong, and what is wrong in the file beneath it', async () => {
    const { settings, findings } = await settingsOf('listen: { port: none }\n', {
      env: { SIGNALBOX_LIMITS_DEPTH: 'deep' },
      flags: { 'listen.port': '70000' },
    });
    expect(findings.map(({ file, message }) => [file.replace(/.*\//, ''), message])).toEqual([
      ['flag --port', 'listen.port: 70000 is not a whole number from 0 to 65535'],
      [
        'environment variable SIGNALBOX_LIMITS_DEPTH',
        'limits.depth: deep is not a whole number from 1 to 1000',
      ],
      ['signalbox.yml', 'listen.port: none is not a whole number from 0 to 65535'],
    ]);
    expect(settings).toMatchObject({ listen: { port: 8080 }, limits: { depth: 64 } });
  });

  it.each([
    ['lisen: {}', 'unknown-key 1:1', /did you mean "listen"/],
    ['listen: { prot: 1 }', 'unknown-key 1:11', /did you mean "port"/],
    ['limits: { pingg: 1s }', 'unknown-key 1:11', /did you mean "ping"/],
    ['admin: { users: 1 }', 'unknown-key 1:10', /key, mode/],
    ['admin: { key: tiny }', 'weak-secret 1:10', /32 random/],
    ['admin: { key: { env: NOT_SET } }', 'missing-variable 1:10', /set NOT_SET/],
    ['admin: { mode: write }', 'bad-setting 1:16', /look/],
    ['admin: { payloads: some }', 'bad-setting 1:20', /payloads/],
    ['listen: 8080', 'bad-setting 1:9', /host, port/],
    ['limits: { ping: 5 minutes }', 'bad-setting 1:17', /25s/],
    ['limits: { ping: 30d }', 'bad-setting 1:17', /25s/],
    ['limits: { ping: 0 }', 'bad-setting 1:17', /25s/],
    ['limits: { message: 2mb }', 'bad-setting 1:20', /64kb/],
    ['limits: { pong_timeout: 30s }', 'bad-setting 1:25', /8s/],
    ['limits: { depth: -1 }', 'bad-setting 1:18', /64/],
    ['limits: { messages: { rate: 5 } }', 'bad-setting 1:11', /200\/s/],
    ['limits: { messages: { rate: 5, burst: 5, more: 1 } }', 'bad-setting 1:11', /200/],
    ['limits: { failed_logins: 0/m }', 'bad-setting 1:26', /10\/m/],
    ['limits: { handshakes: 5/d }', 'bad-setting 1:23', /1000/],
    ['redis: { positions: 90s }', 'bad-setting 1:21', /at least 2m/],
    ['listen: { blocked: 10.0.0.0/33 }', 'bad-setting 1:20', /ranges of peers/],
    ['listen: { blocked: [10.0.0.1, 10.0.0] }', 'bad-setting 1:31', /ranges of peers/],
    ['listen: { trusted_proxies: proxy.example }', 'bad-setting 1:28', /X-Forwarded-For/],
    ['listen: { missing_origin: deny }', 'bad-setting 1:27', /allow/],
    ['listen: { raw_socket: yes }', 'bad-setting 1:23', /first octet/],
    ['listen: { raw_socket_port: 65536 }', 'bad-setting 1:28', /RawSocket/],
    ['listen: { stomp_port: none }', 'bad-setting 1:23', /STOMP/],
    ['listen: { xmlsocket_port: -1 }', 'bad-setting 1:27', /XMLSocket/],
    ['listen: { policy_port: 70000 }', 'bad-setting 1:24', /Flash Player/],
    ['listen: { long_poll: / }', 'bad-setting 1:22', /long-poll/],
    ['listen: { long_poll: /lp/ }', 'bad-setting 1:22', /long-poll/],
    ['listen: { raw_socket: true, missing_origin: refuse }', 'bad-setting 1:45', /Origin/],
    ['listen: { raw_socket_port: 0, missing_origin: refuse }', 'bad-setting 1:47', /Origin/],
    ['listen: { tls: { cert: a.pem } }', 'bad-setting 1:11', /two PEM files/],
    ['listen: { tls: true }', 'bad-setting 1:16', /cert/],
    ['listen:\n  paths:\n    - /\n    - ws', 'bad-setting 4:7', /WebSocket/],
    ["origins: ['https://a.example.com/path']", 'bad-setting 1:11', /https:/],
    ['broker: redis', 'bad-setting 1:9', /memory/],
    ['broker: 6379', 'bad-setting 1:9', /redis:\/\//],
    ['broker: http://localhost:6379', 'bad-setting 1:9', /redis:\/\//],
    ["redis: { prefix: 'a:{b}' }", 'bad-setting 1:18', /keys and channels/],
    ['redis: { host: localhost }', 'unknown-key 1:10', /prefix/],
    ['log: { level: verbose }', 'bad-setting 1:15', /info/],
    ['topics: { a: 5 }', 'bad-setting 1:14', /settings\.md/],
    ['topics: { handlers: nowhere }', 'bad-setting 1:21', /folders/],
    ['auth: { keys: { a: { env: NOT_SET } } }', 'missing-variable 1:17', /set NOT_SET/],
    ['auth: { secret: tiny }', 'weak-secret 1:9', /32 random/],
    ['auth: { secret: 12345678901234567890 }', 'bad-setting 1:17', /tickets/],
    ['a: &a [*a]\n', 'too-deep 1:7', /flatten/],
    ['- a', 'wrong-type 1:1', /listen/],
    ['listen: { port: 1, port: 2 }', 'duplicate-key 1:20', /rename/],
  ])('%s is refused with the remedy', async (text, finding, hint) => {
    const { findings } = await settingsOf(text);
    expect(brief(findings)).toEqual([finding]);
    expect(findings[0]?.hint).toMatch(hint);
  });

  it('name the broker, and hand its address to who can read it', async () => {
    const seen: string[] = [];
    const checkBroker = (address: string) => {
      seen.push(address);
      return address.endsWith('/x') ? 'no such database' : undefined;
    };
    const { settings } = await settingsOf('broker: redis://h/1\nredis: { prefix: shop }', { checkBroker });
    expect([settings.broker, settings.redis.prefix]).toEqual(['redis://h/1', 'shop']);
    const { findings } = await settingsOf('broker: redis://h/x', { checkBroker });
    expect(brief(findings)).toEqual(['bad-setting 1:9']);
    expect(findings[0]?.message).toBe('broker: no such database');
    expect((await settingsOf('broker: memory', { checkBroker })).findings).toEqual([]);
    expect(seen).toEqual(['redis://h/1', 'redis://h/x']);
  });

  it.each([
    ['broker: redis://user:hidden@host/x'],
    ['broker: redis://user:hid/den@host'],
    ['# a comment\nbroker:\n  redis://:hidden@host'],
    ['broker: "redis:/user:hidden@host"'],
    ['brokr: redis://user:hidden@host'],
  ])('never show the password of a broker: %j', async (text) => {
    const found = await settingsOf(text, { checkBroker: () => 'wrong' });
    const env = await settingsOf('', { env: { SIGNALBOX_BROKER: 'redis//user:hidden@host' } });
    for (const { findings } of [found, env]) {
      expect(findings).toHaveLength(1);
      expect(formatFindings(findings)).not.toMatch(/hid|den@/);
    }
  });

  it('have free ports for single protocols where the main one is free, but those of flags and variables', async () => {
    const text = 'listen: { raw_socket_port: 81, stomp_port: 82, xmlsocket_port: 83, policy_port: 84, port: ';
    const portsOf = async (port: number, sources = {}) => {
      const { listen } = (await settingsOf(`${text}${port} }`, sources)).settings;
      return [listen.rawSocketPort, listen.stompPort, listen.xmlsocketPort, listen.policyPort];
    };
    expect(await portsOf(8080)).toEqual([81, 82, 83, 84]);
    expect(await portsOf(0)).toEqual([0, 0, 0, 0]);
    expect(await portsOf(8080, { flags: { 'listen.port': '0' } })).toEqual([0, 0, 0, 0]);
    const given = { flags: { 'listen.stomp_port': '92' }, env: { SIGNALBOX_XMLSOCKET_PORT: '93' } };
    expect(await portsOf(0, given)).toEqual([0, 92, 93, 0]);
    const { settings } = await settingsOf('listen: { port: 0 }');
    expect(settings.listen.stompPort).toBeUndefined();
  });

  it.each([
    ['200/s', { rate: 200, burst: 400 }],
    ['10/m', { rate: 10 / 60, burst: 20 }],
    ['5/h', { rate: 5 / 3600, burst: 10 }],
    ['{ rate: 10/m, burst: 3 }', { rate: 10 / 60, burst: 3 }],
    ['{ rate: 0.5, burst: 3 }', { rate: 0.5, burst: 3 }],
    ['false', undefined],
  ])('read the rate %s', async (text, expected) => {
    const { settings, findings } = await settingsOf(`limits: { failed_logins: ${text} }`);
    expect(brief(findings)).toEqual([]);
    expect(settings.limits.failedLogins).toEqual(expected);
  });

  it.each(['10.0.0.7', '10.0.0.0/8', '10.1.2.3/0', '"::1"', '"2001:db8::/32"', '"::ffff:10.0.0.0/104"'])(
    'take the range %s',
    async (text) => {
      const { settings, findings } = await settingsOf(`listen: { blocked: [${text}] }`);
      expect(brief(findings)).toEqual([]);
      expect(settings.listen.blocked).toEqual([text.replaceAll('"', '')]);
    },
  );

  it.each([
    'localhost',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '10.0.0.7:80',
    '"::1/129"',
    '"[::1]"',
    '"fe80::1%eth0"',
  ])('say what a range is in place of %s', async (text) => {
    const { settings, findings } = await settingsOf(`listen: { trusted_proxies: [${text}] }`);
    expect(findings).toMatchObject([
      { code: 'bad-setting', message: expect.stringContaining('is neither an address nor a range such as') },
    ]);
    expect(settings.listen.trustedProxies).toEqual([]);
  });

  it('say that the file is missing', async () => {
    const { settings, findings } = await loadSettings({ file: '/nowhere/signalbox.yml', env: {} });
    expect(findings).toMatchObject([{ code: 'file-unreadable', file: '/nowhere/signalbox.yml', line: 1 }]);
    expect(settings.listen.port).toBe(8080);
  });

  it('are found where SIGNALBOX_CONFIG says', async () => {
    const folder = await folderOf({ 'other.yml': 'listen: { port: 1234 }' });
    const { settings } = await loadSettings({ env: { SIGNALBOX_CONFIG: join(folder, 'other.yml') } });
    expect(settings.listen.port).toBe(1234);
  });
});

describe('a secret', () => {
  const SECRET = 'hunter2-hunter2-hunter2';

  it.each([
    `auth: { secret: ${SECRET}, foo: 1, ticket_ttl: x }`,
    `auth:\n  secret: ${SECRET}\n  foo: 1\n`,
    `auth:\n  keys:\n    shop: ${SECRET}\n    foo: [1]\n`,
    `auth:\n  keys: { shop: ${SECRET}, b: [] }\n`,
    `auth:\n  secert: ${SECRET}\n`,
    `auth:\n  secret:\n    ${SECRET}\n  keys: 5\n`,
    `auth:\n  secret: [${SECRET}]\n`,
    `auth:\n  secret: "${SECRET}\n`,
    `auth:\n  secret: "${SECRET}\\d"\n`,
    `auth:\n  secret: @${SECRET}\n`,
    `auth:\n  secret: !env ${SECRET}\n`,
    `auth:\n  secret: *${SECRET}\n`,
    `auth:\n  secret: |\n    ${SECRET}\n  x: 1\n`,
    `secret: ${SECRET}\n`,
    `api_key: ${SECRET}\n`,
    `auth: ${SECRET}\n`,
    `"auth": { "secret": "${SECRET}", }\nx: 1\n`,
    `{ auth: { secret: ${SECRET}, y: 1 } }\n`,
    `{ auth: { secert: ${SECRET}, y: 1 } }\n`,
    `{ listen: {}, "auth": {\n  secert: ${SECRET} } }\n`,
    `tokens: ${SECRET}\n`,
    `auth:\n  keys:\n  - ${SECRET}\n`,
    `listen: { port: x }\nauth: { secret: ${SECRET} }\nfoo: 1\n`,
  ])('is never shown: %j', async (text) => {
    const { findings } = await settingsOf(text);
    expect(findings.length).toBeGreaterThan(0);
    expect(formatFindings(findings)).not.toContain('hunter2');
  });

  it('of the environment is never shown either', async () => {
    const { findings } = await settingsOf('', {
      env: { SIGNALBOX_SECRET: 'hunter2', SIGNALBOX_API_KEY: 'hunter2' },
    });
    expect(findings).toHaveLength(2);
    expect(formatFindings(findings)).not.toContain('hunter2');
  });
});

describe('the description of settings', () => {
  it('gives each its own variable and flag', () => {
    const all = describeSettings();
    expect(new Set(all.map(({ env }) => env)).size).toBe(all.length);
    const flags = all.flatMap(({ flag }) => flag ?? []);
    expect(new Set(flags).size).toBe(flags.length);
    expect(all.every(({ help }) => help.endsWith('.'))).toBe(true);
    expect(all.find(({ path }) => path === 'listen.port')).toEqual({
      path: 'listen.port',
      env: 'SIGNALBOX_PORT',
      flag: 'port',
      default: '8080',
      help: 'Port to listen on; 0 picks a free one.',
      kind: 'count',
    });
  });

  it('is what the documentation says', () => {
    const script = fileURLToPath(new URL('../../scripts/settings-doc.mjs', import.meta.url));
    execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
  });
});

it('any settings file gives findings within it, and settings that can be used', async () => {
  const folder = await folderOf({});
  const file = join(folder, 'signalbox.yml');
  const paths = describeSettings().map(({ path }) => path.split('.'));
  const value = fc.oneof(
    fc.constantFrom(
      '5',
      '10s',
      '64kb',
      'true',
      'x',
      '~',
      '[]',
      '{}',
      '[a, b]',
      '{ env: X }',
      '"\\d"',
      '200/s',
      '10/m',
      '10.0.0.0/8',
      '[127.0.0.1, "::1/128"]',
      '-1',
      '1e9',
      '.inf',
      '*a',
      '!t x',
      "''",
    ),
    fc.string({ maxLength: 5 }),
  );
  const line = fc.tuple(fc.constantFrom(...paths), value).map(
    ([path, text]) =>
      `${path
        .map((key) => `{ ${key}: `)
        .join('')
        .slice(2)}${text}${' }'.repeat(path.length - 1)}`,
  );
  const text = fc.oneof(
    fc
      .uniqueArray(line, { maxLength: 5, selector: (entry) => entry.split(':')[0] })
      .map((lines) => lines.join('\n')),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      await writeFiles(folder, { 'signalbox.yml': written });
      const { settings, findings } = await loadSettings({ file, env: {} });
      for (const { line: at, column } of findings) {
        expect(at).toBeLessThanOrEqual(written.split('\n').length);
        expect(column).toBeLessThanOrEqual((written.split('\n')[at - 1] ?? '').length + 1);
      }
      const { drainDelay, ...limits } = settings.limits;
      expect(Number.isInteger(drainDelay) && drainDelay >= 0).toBe(true);
      for (const limit of Object.values(limits)) {
        if (typeof limit === 'number') expect(Number.isInteger(limit) && limit > 0).toBe(true);
        else if (limit !== undefined) expect(limit.rate > 0 && limit.burst >= 1).toBe(true);
      }
      new PeerAddresses(settings.listen);
      expect(settings.listen.paths.every((path) => path.startsWith('/'))).toBe(true);
    }),
    { numRuns: 500 },
  );
}, 60_000);
