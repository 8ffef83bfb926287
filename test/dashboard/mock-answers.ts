/** What the mock of the API answers: all views with something in them, and names as an enemy would choose them. */
export const HOSTILE = {
  markup: '<img src=x onerror="alert(1)">',
  script: '</script><script>alert(1)</script>',
  link: 'javascript:alert(1)',
  terminal: '\u001b[31mred\u001b[0m',
  bidi: 'user\u202egnp.exe',
  nothing: 'in\u200bvisible',
} as const;

export const CHANNELS = [
  'chat/room/1',
  'oro/ping',
  ...Object.values(HOSTILE).map((name) => `hostile/${name}`),
];

const NOW = Date.now();

function before(seconds: number): string {
  return new Date(NOW - seconds * 1_000).toISOString();
}

export function sessionRow(number: number) {
  const isUser = number % 3 !== 0;
  return {
    id: `s${String(number).padStart(6, '0')}`,
    protocol: number % 2 === 0 ? 'wamp.2.json' : 'stomp',
    transport: 'websocket',
    remoteAddress: `10.0.${number % 256}.7`,
    principal: isUser
      ? { kind: 'user', id: userOf(number), roles: ['users'] }
      : { kind: 'anonymous', roles: [] },
    since: before(60 + number),
    subscriptions: 2,
    buffered: number === 2 ? 2_400_000 : 0,
    realm: 'main',
  };
}

/** The first users have names that are not to be trusted. */
function userOf(number: number): string {
  return Object.values(HOSTILE)[number] ?? String(number);
}

export function sessionDetail(id: string) {
  const number = Number(id.slice(1)) || 0;
  const row = sessionRow(number);
  return {
    ...row,
    principal: {
      ...row.principal,
      organizations: ['7'],
      claims: { name: HOSTILE.markup, token: '[redacted]' },
    },
    subscriptions: [
      { channel: 'chat/room/1', match: 'exact', route: 'chat.room' },
      { channel: `hostile/${HOSTILE.markup}`, match: 'exact', route: 'hostile' },
      { channel: 'chat/', match: 'prefix' },
    ],
  };
}

export function channelRow(channel: string, index: number) {
  return {
    channel,
    route: channel.startsWith('hostile') ? 'hostile' : 'chat.room',
    subscribers: 100 - index,
    publications: 12_345 + index,
    rate: 4.25 * index,
    ...(index === 0 && { history: { offset: 310, epoch: '0fdd41f7' } }),
    realm: 'main',
  };
}

export const QUEUES = [
  {
    channel: 'jobs/mail',
    realm: 'main',
    route: 'jobs',
    messages: 9_000,
    unacknowledged: 5,
    consumers: 2,
    size: 10_000,
    deadLetter: 'dead/jobs',
    durable: true,
  },
  { channel: `hostile/${HOSTILE.markup}`, realm: 'main', messages: 3, unacknowledged: 0, consumers: 0 },
];

export const RELOADS = [
  {
    time: before(20),
    applied: false,
    lines: [
      `routes.yml:4:3  error ${HOSTILE.markup}: no such handler ${HOSTILE.bidi}`,
      'not reloaded: the configuration has errors: the server goes on as before',
    ],
  },
  {
    time: before(200),
    applied: true,
    lines: ['  + shop.stock_60', 'reloaded: 2 of the live channels have changed'],
  },
];

export const ROUTES = [
  {
    name: 'chat.room',
    pattern: 'chat/room/{room}',
    handler: 'chat.room',
    file: 'routing/chat.yml',
    line: 3,
    access: {
      subscribe: ['user'],
      publish: ['user'],
      history: ['user'],
      presence: [],
      call: [],
      register: [],
    },
    traits: ['history 100 for 3600s', 'presence'],
    channels: 3,
    subscribers: 240,
    publications: 9_120,
    deliveries: 412_000,
    refusals: 3,
  },
  ...Array.from({ length: 60 }, (_, index) => ({
    name: `shop.stock_${index}`,
    pattern: `shop/${index}/stock/{article}`,
    handler: 'broadcast',
    access: { subscribe: ['anyone'], publish: ['backend'] },
    traits: [],
    channels: 0,
    subscribers: 0,
    publications: 0,
    deliveries: 0,
    refusals: 0,
  })),
];

export const REFUSALS = [
  {
    time: before(4),
    code: 'forbidden',
    reason: 'subscribe is for the owner of the channel',
    hint: 'signalbox explain subscribe oro/email_event/6/7 shows the rule',
    operation: 'subscribe',
    channel: 'oro/email_event/6/7',
    route: 'oro_email.event',
    principal: { kind: 'user', id: '5', roles: ['users'] },
    session: 's000001',
    remoteAddress: '10.0.1.7',
    request: 'f3a9c1',
    decided: ['access.subscribe of oro_email.event: owner', '  owner: user_id 6 is not the id 5: no'],
    times: 12,
  },
  {
    time: before(30),
    code: 'no_such_route',
    reason: `no route for hostile/${HOSTILE.markup}`,
    operation: 'subscribe',
    channel: `hostile/${HOSTILE.bidi}`,
    principal: { kind: 'user', id: HOSTILE.terminal, roles: [] },
    session: 's000002',
    decided: [],
    times: 1,
  },
  {
    time: before(70),
    code: 'unauthorized',
    reason: 'the ticket has expired',
    operation: 'connect',
    remoteAddress: '10.0.3.7',
    decided: [],
    times: 3,
  },
];

export const SLOW = [
  {
    time: before(1),
    session: 's000002',
    channel: 'chat/room/1',
    principal: { kind: 'user', id: '2' },
    buffered: 2_400_000,
    code: 'congested',
  },
  { time: before(90), session: 's000009', principal: { kind: 'anonymous' }, buffered: 4_194_304, code: 4008 },
  {
    time: before(95),
    session: 's000010',
    channel: 'shop/1/stock/4',
    principal: { kind: 'user', id: '8' },
    buffered: 90_000,
    code: 'conflated',
  },
];

export const NODES = {
  this: 'node-a',
  drift: true,
  nodes: ['node-a', 'node-b', 'node-c'].map((id, index) => ({
    id,
    version: '0.1.0',
    table: index === 2 ? 'b81f22aa90cc1e55' : '4ac92b1177fe03d1',
    startedAt: before(86_400 + index),
    connections: 3_340,
    sessions: 3_333 + index,
    channels: 420,
    subscriptions: 12_000,
    lag: 1.4,
    heartbeat: index === 1 ? 5_800 : 900,
  })),
};

export const PRESENCE = {
  channel: 'chat/room/1',
  members: [
    { id: '5', name: HOSTILE.markup, since: NOW - 60_000, sessions: 2 },
    { id: '6', since: NOW - 30_000, sessions: 1 },
  ],
  users: 2,
  sessions: 3,
};

export function publicationRow(
  offset: number,
  payload: unknown = { text: `message ${offset}`, [HOSTILE.bidi]: HOSTILE.markup },
) {
  return {
    channel: 'chat/room/1',
    route: 'chat.room',
    id: `p${offset}`,
    offset,
    epoch: '0fdd41f7',
    position: `0fdd41f7.${offset}.c2a05f8a8864`,
    time: new Date(NOW - (400 - offset) * 1_000).toISOString(),
    publisher: { session: 's000001', user: '5' },
    size: JSON.stringify(payload).length,
    contentType: 'application/json',
    payload,
    deliveries: 98,
  };
}

/** Five minutes, in the same waves every time. */
export function rowAt(second: number): readonly number[] {
  const wave = (period: number) => 1 + Math.sin(second / period);
  const burst = second % 97 < 4 ? 3 : 0;
  return [
    9_800 + Math.round(100 * wave(40)),
    420,
    Math.round(60 * wave(23)),
    Math.round(2_900 * wave(23)),
    burst,
    Math.round(180 * wave(23)) / 1_000,
    Math.round(14 * wave(11) + burst * 6) / 10,
  ];
}

export function overview(mode: 'read' | 'full') {
  return {
    node: {
      id: 'node-a',
      version: '0.1.0',
      startedAt: before(98_000),
      pid: 4_211,
      host: 'edge-1',
      urls: ['http://127.0.0.1:8080', 'stomp://127.0.0.1:61613'],
    },
    mode,
    table: { hash: '4ac92b1177fe03d1', routes: ROUTES.length, loadedAt: before(98_000) },
    figures: {
      connections: 10_010,
      sessions: 10_000,
      subscriptions: 20_000,
      channels: 420,
      publications: 9_120_553,
      deliveries: 412_000_871,
      refusals: 812,
      slow: 3,
      conflated: 12,
      gaps: 0,
    },
    load: { level: 0, loopDelay: 1.4, cpu: 0.18, rss: 212_000_000, heap: 96_000_000 },
    protocols: [
      { protocol: 'wamp.2.json', transport: 'websocket', sessions: 5_000 },
      { protocol: 'stomp', transport: 'websocket', sessions: 5_000 },
    ],
    broker: { kind: 'redis', ready: true, latency: 0.6 },
  };
}
