import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { makeFolder } from '../support/folder.js';
import { ORO_SECRET } from '../support/oro-tickets.js';
import { ORO_TOPICS } from '../support/oro-topics.js';
import { KEY, REPOSITORY, SECRET } from '../support/server.js';

/** Signs tickets `e1`. */
export const TICKET_PAIR = generateKeyPairSync('ed25519');
/** Signs JSON Web Tokens. */
export const TOKEN_PAIR = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** The password hash of the account `admin`, user 5 of organisation 7. */
export const PASSWORD = '$2y$13$0123456789012345678901O6Yq1QzK7p9m9u8v7w6x5y4z3a2b1c0';
/** Who has an account of OroPlatform. */
export const PASSWORDS = { admin: PASSWORD, 'a;b': PASSWORD };
/** A key of which the server has the hash only. */
export const HASHED_KEY = 'the-key-that-the-server-has-the-hash-of';
export const HASH = createHash('sha256').update(HASHED_KEY).digest('hex');
/** A key that is bound to the channel `room/a`. */
export const SCOPED_KEY = 'the-key-that-is-bound-to-one-room';

/** The key of operators. */
export const ADMIN_KEY = 'the-key-that-operators-have';

/** The secret of the login `joe`. */
export const LOGIN = 'the secret of the login joe, which is long';

/** What must never be in a log, beside the credentials that attackers make. */
export const SECRETS: readonly string[] = [
  KEY,
  SECRET,
  ORO_SECRET,
  PASSWORD,
  HASHED_KEY,
  HASH,
  SCOPED_KEY,
  LOGIN,
  ADMIN_KEY,
];

const settings = (application: string) => `
routing: [${REPOSITORY}routing/oro.yml, routes.yml]
topics:${ORO_TOPICS}  handlers: topics
access: { subscribe: user, publish: backend }
origins: ["https://app.example.com"]
auth:
  public_key: tickets.pem
  keys:
    hashed: { sha256: ${HASH} }
    scoped: { env: SCOPED_KEY, channels: [room/a] }
  oro: { secret: { env: ORO_SECRET } }
  jwt: { algorithms: [ES256], public_key: tokens.pem, audience: live }
  cookie: live
  http: { url: "${application}/who", cookies: [PHPSESSID], cache: 0 }
  logins: { joe: { secret: "${LOGIN}", iterations: 100 } }
listen: { long_poll: /lp, raw_socket: true }
wamp: { realms: [other] }
limits:
  failed_logins: false
  handshakes: false
  handler_timeout: 500ms
  connections_per_user: 60
  patterns: 20
  registrations: 20
  calls: 20
log: { level: debug, format: json }
`;

const ROUTES = `
room: { channel: "room/{name}", handler: broadcast }
open: { channel: "open/{name}", handler: broadcast, access: { subscribe: anyone, publish: anyone } }
staff: { channel: "staff/{name}", handler: broadcast, access: { subscribe: ROLE_STAFF } }
granted: { channel: "granted/{name}", handler: broadcast, access: { subscribe: granted, publish: [granted, backend] } }
own: { channel: "own/{user_id}", handler: broadcast, access: { subscribe: owner } }
team:
  channel: "team/{team}"
  handler: broadcast
  access: { subscribe: "params.team in user.organizations" }
slow: { channel: "slow/{name}", handler: slow, access: { subscribe: ROLE_STAFF } }
faulty:
  channel: "faulty/{how}"
  handler: faulty
  access: { subscribe: anyone, publish: anyone }
kept:
  channel: "kept/{user_id}"
  handler: broadcast
  access: { subscribe: owner }
  history: { size: 20 }
anything:
  channel: "{start}/{rest}"
  handler: broadcast
  requirements: { start: "wamp|WAMP|any", rest: ".+" }
  access: { subscribe: anyone, publish: anyone }
shop: { channel: "shop/{name}", handler: procedure, access: { call: anyone, register: backend } }
desk: { channel: "desk/{user_id}", handler: procedure, access: { call: anyone, register: owner } }
crew: { channel: "crew/{name}", handler: procedure, access: { call: anyone, register: ROLE_STAFF } }
notes: { channel: "notes/{name}", handler: broadcast, access: { subscribe: anyone, publish: ROLE_STAFF } }
sums: { channel: "sums/{method}", handler: sums, access: { call: anyone } }
chat.room: { channel: "chat/room/{room}", handler: chat.room, requirements: { room: '\\d+' }, access: { publish: user } }
chat.rooms: { channel: "chat/rooms", handler: chat.rooms, access: { call: user } }
chat.user: { channel: "chat/user/{user_id}", handler: chat.user, access: { subscribe: owner, publish: user } }
jobs:
  channel: "queue/jobs/{name}"
  handler: broadcast
  access: { subscribe: anyone, publish: anyone }
  delivery: queue
  queue: { size: 60, attempts: 3, prefetch: 10, dead_letter: queue/dead }
files: { channel: "queue/files/{name}", handler: broadcast, access: { subscribe: ROLE_STAFF, publish: anyone }, delivery: queue }
dead: { channel: "queue/dead", handler: broadcast, access: { subscribe: backend }, delivery: queue, queue: { size: 5 } }
said: { channel: "said/{name}", handler: broadcast, access: { subscribe: anyone, publish: anyone }, log: true }
diary: { channel: "diary/{user_id}", handler: broadcast, access: { subscribe: owner }, log: true }
reserved: { channel: "signalbox.{name}", handler: broadcast, access: { subscribe: anyone, publish: anyone } }
`;

const HANDLERS = `
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOKENS } from 'signalbox';

export class Users {
  static readonly service = TOKENS.accounts;

  find(username: string) {
    return JSON.parse(readFileSync(process.env['ACCOUNTS'] ?? '', 'utf8'))[username];
  }
}

export class Slow {
  static readonly handler = 'slow';

  async onSubscribe() {
    await sleep(300);
  }

  onPublish(_session, topic, _request, event) {
    return topic.broadcast(event.payload);
  }
}

export class Faulty {
  static readonly handler = 'faulty';

  async onSubscribe(_session, _topic, { params }) {
    if (params.how === 'soon') throw new Error('the words of the handler');
    await sleep(params.how === 'never' ? 60_000 : 10);
    if (params.how === 'nothing') throw undefined;
    throw new Error('the words of the handler');
  }

  onPublish(session, topic, { params }, event) {
    if (session.principal.kind !== 'backend') throw new Error('the words of the handler');
    return topic.broadcast(event.payload);
  }
}

export class Sums {
  static readonly handler = 'sums';
  readonly methods = ['add', 'addAll', 'never'];
  readonly secret = 'the words of the handler';

  add(_session, _request, { args }) {
    return args[0] + args[1];
  }

  addAll(_session, _request, { kwargs }) {
    return { ...kwargs, polluted: {}.polluted ?? 'no' };
  }

  never() {
    return new Promise(() => undefined);
  }

  hidden() {
    return this.secret;
  }

  get door() {
    throw new Error(this.secret);
  }
}
`;

/** A folder with everything that the attacked servers are started with. */
export function makeScene(application: string): {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const folder = makeFolder({
    'signalbox.yml': settings(application),
    'routes.yml': ROUTES,
    'topics/handlers.ts': HANDLERS,
    'accounts.json': accounts(PASSWORDS),
    'tickets.pem': pem(TICKET_PAIR.publicKey),
    'tokens.pem': pem(TOKEN_PAIR.publicKey),
  });
  return { folder, env: { ORO_SECRET, SCOPED_KEY, ACCOUNTS: `${folder}/accounts.json` } };
}

/** The accounts of the application, by their names with their passwords. */
export function accounts(passwords: Readonly<Record<string, string>>): string {
  const all = Object.entries(passwords).map(([name, password], i) => [
    name,
    { id: String(5 + i), password, roles: ['ROLE_USER'], organizations: ['7'] },
  ]);
  return JSON.stringify(Object.fromEntries(all));
}

/** A public key as its file has it. */
export function pem(key: KeyObject): string {
  return String(key.export({ type: 'spki', format: 'pem' }));
}

/** A text that nothing else has. */
export function mark(): string {
  return `mark-${randomBytes(8).toString('hex')}`;
}
