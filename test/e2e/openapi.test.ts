import { rmSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { loadApplication } from '../../src/app/application.js';
import { createContainer } from '../../src/app/container.js';
import { openApi } from '../../src/app/open-api.js';
import { PARTS } from '../../src/app/tokens.js';
import { mintTicket } from '../../src/authenticators/index.js';
import { cli } from '../support/cli.js';
import { makeFolder } from '../support/folder.js';
import { KEY, REPOSITORY, SECRET, testEnvironment } from '../support/server.js';
import { useServer } from '../support/use-server.js';

interface Reply {
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  /** Ways of which one is needed; an empty one is none. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly responses: Readonly<Record<string, Reply>>;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
}

const HISTORY = { channel: 'chat/room/1' };
const json = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };

/** A request that is answered, and one that is refused, for each operation. */
const REQUESTS: Readonly<Record<string, readonly [good: Ask, bad?: Ask]>> = {
  'post /api/publish': [
    { body: { channel: 'demo/lobby', payload: { text: 'hello' } } },
    { body: { channel: 'demo/readings/cellar', payload: 'warm' } },
  ],
  'get /api/history': [{ query: { channel: 'kept' } }, { query: { channel: 'no/such' } }],
  'get /api/poll': [{ query: { channel: 'kept', wait: '1ms' } }, { query: { wait: '1' } }],
  'get /api/channels': [{ query: { limit: '5' } }, { key: 'wrong' }],
  'get /api/presence': [{ query: { channel: 'kept' } }, {}],
  'get /api/log': [{ query: HISTORY }, { query: { ...HISTORY, limit: 'x' } }],
  'post /api/disconnect': [{ body: { user: 'nobody' } }, { body: {} }],
  'post /api/rights': [{ body: { user: 'nobody', roles: [], organizations: [] } }, { body: { user: 'x' } }],
  'get /api/nodes': [{}, { key: 'wrong' }],
  'get /api/peer': [{}, { key: 'wrong' }],
  'post /api/plan': [{ body: {} }, { body: {}, key: 'wrong' }],
  'post /api/reload': [{ body: {} }, { body: { some: true } }],
  'post /api/tickets': [{ body: { user: '5', ttl: '1m' } }, { body: { users: '5' } }],
  'post /api/login': [{ basic: 'guest:guest' }, { basic: 'guest:wrong' }],
  'post /dev/tickets': [
    { body: { user: '5' }, key: '' },
    { body: {}, key: '' },
  ],
  'get /healthz': [{ key: '' }],
  'get /readyz': [{ key: '' }],
  'get /metrics': [{}, { key: 'wrong' }],
  'get /sse': [{ query: { channel: 'demo/lobby' } }, { query: {} }],
  'get /api/openapi.json': [{ key: '' }],
};

interface Ask {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly key?: string;
  readonly basic?: string;
}

/** Of what is served, what the document is not about. */
const NO_API = /^\/(?:$|admin|page\/|chat|lp|[^/]+\.\w+$|[^/]+\/[^/]*\.(?:js|css|svg|html|map|json)$)/;

describe('the document of the API', { timeout: 30_000 }, () => {
  const folder = makeFolder({
    'kept.yml':
      'kept: { channel: kept, handler: broadcast, history: { size: 9 }, presence: true, access: { subscribe: anyone, publish: anyone } }',
  });
  const env = {
    SIGNALBOX_DEVELOPMENT: 'true',
    SIGNALBOX_LIMITS_FAILED_LOGINS: 'false',
    SIGNALBOX_ROUTING: `${REPOSITORY}routing,${folder}`,
  };
  const server = useServer({ env });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const ajv = new Ajv2020({ strict: false });

  async function read(): Promise<Document> {
    const response = await fetch(`${server().url}/api/openapi.json`);
    expect(response.status).toBe(200);
    return (await response.json()) as Document;
  }

  it('is valid', async () => {
    const { valid, errors } = await new Validator().validate((await read()) as never);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  it('has every endpoint that is no page, and each is asked here', async () => {
    const application = await loadApplication({
      config: `${REPOSITORY}signalbox.yml`,
      env: testEnvironment(env),
    });
    const container = createContainer(application.plan());
    const served = [
      ...container.get(PARTS.endpoints),
      ...container.get(PARTS.reads),
      ...container.get(PARTS.longPoll).endpoints,
      ...container.get(PARTS.sseStreams).endpoints,
    ];
    const left = served.filter(({ path, description }) => description === undefined && !NO_API.test(path));
    expect(left.map(({ path }) => path)).toEqual([]);
    const { paths } = openApi(container) as unknown as Document;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.toSorted()).toEqual(Object.keys(REQUESTS).sort());
    expect(JSON.parse(JSON.stringify(paths))).toEqual((await read()).paths);
  });

  for (const [name, [good, bad]] of Object.entries(REQUESTS)) {
    it(`says what ${name} takes and answers`, async () => {
      const { operation, components } = await find(name);
      if (good.body !== undefined)
        check(operation.requestBody?.content['application/json'].schema ?? {}, good.body);
      const response = await ask(name, good);
      expect(response.status).toBe(200);
      await checkReply(response, operation.responses['200'], components);
    });

    it.skipIf(bad === undefined)(`says how ${name} refuses`, async () => {
      const { operation, components } = await find(name);
      const response = await ask(name, bad ?? {});
      expect(response.status).toBeGreaterThanOrEqual(400);
      await checkReply(response, operation.responses['default'], components);
    });
  }

  it('is kept: what needs a credential answers nobody without, and a wrong one opens nothing', async () => {
    const { paths } = await read();
    const open: string[] = [];
    for (const [name, [good]] of Object.entries(REQUESTS)) {
      const [method = '', path = ''] = name.split(' ');
      const security = paths[path]?.[method]?.security ?? [];
      if (security.length === 0) {
        open.push(name);
        continue;
      }
      const isOptional = security.some((way) => Object.keys(way).length === 0);
      const { basic: _basic, ...request } = good;
      const wrong = ['wrong', server().ticket('5').slice(0, -1), KEY.toUpperCase()];
      for (const key of [...wrong, ...(isOptional ? [] : [''])]) {
        const { status } = await ask(name, { ...request, key });
        expect(status, `${name} with ${key}`).toBe(401);
      }
    }
    const free = ['post /dev/tickets', 'get /healthz', 'get /readyz', 'get /api/openapi.json'];
    expect(open.toSorted()).toEqual(free.sort());
  });

  it('is kept: what a back end alone may do, no user may, whatever its ticket says', async () => {
    const names = Object.keys(REQUESTS).filter(
      (name) =>
        /(disconnect|rights|nodes|peer|plan|reload|tickets|metrics|channels)$/.test(name) &&
        !name.includes('/dev/'),
    );
    for (const name of names) {
      const key = mintTicket({ user: '5', roles: ['ROLE_ADMINISTRATOR'], ttl: 60_000 }, SECRET);
      const { status } = await ask(name, { ...REQUESTS[name]?.[0], key });
      expect(status, name).toBe(403);
    }
  });

  async function find(name: string) {
    const [method = '', path = ''] = name.split(' ');
    const { paths, components } = await read();
    const operation = paths[path]?.[method];
    if (operation === undefined) throw new Error(`there is no ${name}`);
    return { operation, components };
  }

  function ask(name: string, given: Ask): Promise<Response> {
    const [method = '', path = ''] = name.split(' ');
    return send(server().url + path, method, given);
  }

  function check(schema: object, value: unknown): void {
    expect(ajv.validate(schema, value), ajv.errorsText()).toBe(true);
  }

  async function checkReply(response: Response, said: Reply | undefined, components: object): Promise<void> {
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    expect(Object.keys(said?.content ?? {})).toContain(type);
    if (type === 'application/json')
      check({ ...said?.content[type]?.schema, components }, await response.json());
    else await response.body?.cancel();
  }

  it('is printed by signalbox openapi', async () => {
    const { code, stdout, stderr } = await cli(['openapi', '--config', `${REPOSITORY}signalbox.yml`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Object.keys(JSON.parse(stdout).paths)).toContain('/api/publish');
  });
});

function send(address: string, method: string, { query = {}, body, key, basic }: Ask): Promise<Response> {
  const given = basic === undefined ? `Bearer ${key ?? KEY}` : `Basic ${btoa(basic)}`;
  const { authorization: _authorization, ...others } = json;
  return fetch(`${address}?${new URLSearchParams(query)}`, {
    method: method.toUpperCase(),
    headers: { ...(body !== undefined && others), ...(key !== '' && { authorization: given }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
