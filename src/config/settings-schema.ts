import { z } from 'zod';
import { adminSettings } from './admin-settings.js';
import { authSettings } from './auth-settings.js';
import { duration, durationOrNone, durationOrZero } from './duration-kinds.js';
import { listenSettings } from './listen-settings.js';
import { rate } from './rate-kind.js';
import { brokerSetting, redisSettings } from './redis-settings.js';
import {
  choice,
  count,
  list,
  onOff,
  optionalList,
  path,
  type SettingMeta,
  share,
  size,
} from './setting-kinds.js';
import { stompSettings } from './stomp-settings.js';
import { wampSettings } from './wamp-settings.js';
import { xmlsocketSettings } from './xmlsocket-settings.js';

/** The origin of a page: scheme, host and port, without a path. */
const ORIGIN = /^(?:\*|[a-z][a-z0-9+.-]*:\/\/(?:\[[0-9a-f:.]+\]|[^\s:/?#@\\,[\]*]+)(?::\d{1,5})?)$/i;

const limits = z.strictObject({
  message: size('64kb', 'Longest message of a peer, and longest payload.'),
  depth: count(64, 'Deepest nesting of lists and maps in a payload.', { most: 1000 }),
  buffer: size(
    '1mb',
    'What may wait to be sent to one peer; a slower one is disconnected and told to come back.',
  ),
  buffer_time: duration(
    '10s',
    'How long something may wait to be sent to a peer that takes nothing; it is disconnected and told to come back.',
  ),
  channel: size('255b', 'Longest channel name.'),
  connections: count(10_000, 'Connections in all.'),
  connections_per_address: count(
    1000,
    'Connections from one address, loopback included; an IPv6 /64 is one. Behind a proxy see `listen.trusted_proxies`.',
  ),
  connections_per_user: count(100, 'Connections of one user.'),
  testaments: count(100, 'Testaments of one WAMP v2 session, which are published when it has gone.'),
  testaments_size: size('256kb', 'Memory for the testaments of one WAMP v2 session.'),
  tickets: count(
    100_000,
    'One-time tickets remembered until they expire. When there are more, new ones are refused with `unavailable`.',
  ),
  handshakes: rate(
    { rate: 100, burst: 1000 },
    'WebSocket handshakes of one address: per second in the long run, and at once. `false` for no bound.',
  ),
  failed_logins: rate(
    '10/m',
    'Wrong credentials from one address; over it, peers there that present any are refused for a while.',
  ),
  auth_timeout: duration('5s', 'How long it may take to tell who a peer is.'),
  subscriptions: count(1000, 'Subscriptions of one connection, those to patterns included.'),
  revocations: count(
    10_000,
    'Users whose credentials were withdrawn that are remembered; one more, and the oldest withdrawal counts for everybody.',
  ),
  patterns: count(
    100,
    'Subscriptions of one connection to patterns. Each costs every publication on the node a little.',
  ),
  channels: count(1000, 'Different channels that one connection is subscribed to; each pattern is one more.'),
  retained: count(10_000, 'Channels of which a publication is retained; over it the oldest goes.'),
  retained_size: size('64mb', 'Memory for retained publications; over it the oldest go.'),
  history_channels: count(
    10_000,
    'Channels with a history; over it the one goes that was written to or read longest ago.',
  ),
  history_size: size(
    '256mb',
    'Memory for histories; over it the oldest publications go of channels not in use.',
  ),
  recovery: count(
    1000,
    'Publications that a subscriber gets on coming back; who missed more is told that it has not recovered.',
  ),
  queue_messages: count(100_000, 'Messages that all queues hold; one more is refused.'),
  queue_size: size('256mb', 'Memory for the messages of queues; more are refused.'),
  store_pending: count(10_000, 'Messages that wait for the disk of the store; more are refused.'),
  store_pending_size: size(
    '64mb',
    'Memory for messages that wait for the disk of the store; more are refused.',
  ),
  log_searches: count(100, 'Searches of the log that are not answered yet; one more is refused.'),
  messages: rate(
    { rate: 200, burst: 400 },
    'Messages of one connection: per second in the long run, and at once. `200/s` for short, `false` for no bound.',
  ),
  publishes: rate(
    { rate: 200, burst: 2000 },
    'Publications of one connection that has no back-end key; over HTTP of one user.',
  ),
  handler_timeout: duration('5s', 'How long a topic handler may take.'),
  calls: count(
    100,
    'Calls of procedures that one connection waits for; what they carry is kept until they are answered.',
  ),
  call_timeout: duration(
    '60s',
    'How long a call may take, or may be silent between parts of its result; callers may ask for less.',
  ),
  registrations: count(1000, 'Procedures that one connection registers.'),
  handshake_timeout: duration('10s', 'How long a peer may take to open a connection or to send a request.'),
  silence: duration('5m', 'How long a connection may stay open without a first message.'),
  ping: duration('25s', 'How often an idle peer is asked whether it is there.'),
  pong_timeout: duration('8s', 'How long it may take to answer.'),
  long_poll: duration(
    '10s',
    'How long a long-poll request for messages is held; AutobahnJS gives up on one after 12 seconds.',
  ),
  page: size('8mb', 'Largest file that is served from `pages`.'),
  body: size('1mb', 'Longest body of an HTTP request.'),
  bodies: size('64mb', 'Memory for HTTP bodies that come slowly; one address has a quarter of it.'),
  batch: count(1000, 'Most messages in one publish request.'),
  loop_delay: durationOrNone(
    '250ms',
    'How late the event loop may be for some seconds; over it new connections are refused, and over twice as much what may be tried again later, too. `false` for no bound.',
  ),
  drain: duration('10s', 'How long peers are given to leave when the server stops.'),
  drain_delay: durationOrZero(
    '0',
    'How long the server goes on as before, but is not ready, before it takes no more connections: what balancers need to see it.',
  ),
});

const checkedLimits = limits.superRefine((value, context) => {
  if (value.message > value.buffer) {
    const message = 'larger than limits.buffer, so that every such message would disconnect its receivers';
    context.addIssue({ code: 'custom', path: ['message'], message });
  }
  if (value.pong_timeout >= value.ping) {
    const message = 'not shorter than limits.ping';
    context.addIssue({ code: 'custom', path: ['pong_timeout'], message });
  }
});

/** A built-in or discovered class under a handler name, with its options. */
const namedTopic = z.unknown().transform((value, context) => {
  if (typeof value === 'string' && value !== '') return { class: value, options: {} };
  const found = z
    .object({ class: z.string().min(1) })
    .loose()
    .safeParse(value);
  if (found.success) {
    const { class: name, ...options } = found.data;
    return { class: name, options };
  }
  context.addIssue({
    code: 'custom',
    message: 'name a class, as in "broadcast" or { class: ping, interval: 50s }',
  });
  return z.NEVER;
});

/**
 * All settings of `signalbox.yml`. Environment variables, flags, the help of the commands and docs/settings.md follow
 * from it.
 */
export const settingsSchema = z.strictObject({
  listen: listenSettings.prefault({}),
  routing: list('paths', ['routing'], { help: 'Folder of routing files, or a list of files and folders.' }),
  topics: z
    .object({
      handlers: list('paths', ['topics'], { help: 'Folder of handler classes, or a list.' }).meta({
        ...describe(
          'paths',
          'Folder of handler classes, or a list; the default is left out if it does not exist.',
        ),
        env: 'SIGNALBOX_TOPICS',
        flag: 'topics',
      }),
    })
    .catchall(namedTopic)
    .prefault({}),
  access: z
    .strictObject({
      subscribe: list('list', ['user'], { help: 'Who may subscribe where a route says nothing.' }),
      publish: list('list', ['backend'], { help: 'Who may publish where a route says nothing.' }),
      history: optionalList(
        'Who may read the history where a route says nothing; as `subscribe` if left out.',
      ),
      presence: optionalList(
        'Who may see who is there where a route says nothing; as `subscribe` if left out.',
      ),
      call: list('list', ['user'], { help: 'Who may call procedures where a route says nothing.' }),
      register: list('list', [], {
        help: 'Who may register procedures where a route says nothing; nobody by default.',
      }),
    })
    .prefault({}),
  auth: authSettings,
  broker: brokerSetting,
  redis: redisSettings.prefault({}),
  origins: list('list', [], {
    help: "Origins of pages that may connect beside the server's own, as in `https://app.example.com`; `*` for all.",
    holds: ORIGIN,
  }),
  limits: checkedLimits.prefault({}),
  log: z
    .strictObject({
      level: choice(['info', 'debug', 'warn', 'error', 'silent'], 'Least important lines that are written.'),
      format: choice(['auto', 'json', 'text'], 'How lines are written; `auto` is text on a terminal.'),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      enabled: onOff(
        false,
        'Follow publications, subscribes and calls by OpenTelemetry, which is set up by what the process is started with: see tracing.md.',
      ),
      sample: share(
        0.01,
        'Which part of the publications, of the subscribes and of the calls is followed, where a back end does not say; from 0 to 1.',
      ),
      channels: onOff(false, 'Name channels in traces, beside routes; they may hold ids of users.'),
    })
    .prefault({}),
  wamp: wampSettings.prefault({}),
  stomp: stompSettings.prefault({}),
  xmlsocket: xmlsocketSettings.prefault({}),
  store: z
    .strictObject({
      path: path(
        'File of the embedded store, for durable queues and the log; `var/signalbox.db` unless given. Opened where a route needs it.',
      ),
    })
    .prefault({}),
  pages: path(
    'Folder of files that are served at `/`, in place of the page that the server has there; `/sync.js` and `/sync.mjs` stay. Nothing hidden, and known types only.',
  ),
  development: onOff(
    false,
    'Explain refusals to peers, and let visitors of the page at `/` be any user. Only where nobody else can connect.',
  ),
  admin: adminSettings.prefault({}),
});

/** What the schema gives: names as in the file, durations in milliseconds, sizes in octets. */
export type ParsedSettings = z.output<typeof settingsSchema>;

function describe(kind: SettingMeta['kind'], help: string): SettingMeta & Record<string, unknown> {
  return { kind, help };
}
