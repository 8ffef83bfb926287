/** Does one kind of check again and again and prints, as JSON, the CPU microseconds of one. */
import { createHmac, generateKeyPairSync, timingSafeEqual } from 'node:crypto';
import { costOfOne } from '../lib/window.mjs';

const built = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url));
const { MemoryReplayCache, mintTicket, TicketAuthenticator } = await built('authenticators/index.js');
const { RuleBook } = await built('router/rules/rule-book.js');
const { Payload } = await built('core/payload.js');

const [kind, milliseconds] = process.argv.slice(2);
const BATCH = 1000;
const SECRET = 'a secret of the benchmark, 32 octets';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const grant = { user: '5', organizations: ['7', '8'], roles: ['ROLE_USER', 'ROLE_SALES'], ttl: 3_600_000 };
const user = {
  kind: 'user',
  id: '5',
  roles: grant.roles,
  organizations: grant.organizations,
  claims: { tenant: 'x', level: 3 },
};
const request = {
  channel: 'oro/email_event/5/7',
  route: {},
  params: { user_id: '5', organization_id: '7' },
};

/** Tickets that are taken once need a new one each time; they are made before the clock starts. */
function tickets(key) {
  const authenticator = new TicketAuthenticator({
    secret: SECRET,
    publicKey,
    replays: new MemoryReplayCache({ size: 10_000_000 }),
  });
  return {
    prepare: () => mintTicket(grant, key),
    run: (secret) => {
      const attempt = { remoteAddress: '127.0.0.1', headers: {}, credential: { source: 'ticket', secret } };
      if (authenticator.authenticate(attempt).id !== '5') throw new Error('the ticket is refused');
    },
  };
}

/** The least that any signed ticket needs. */
const bareHmac = {
  prepare: () => mintTicket(grant, SECRET),
  run: (ticket) => {
    const dot = ticket.lastIndexOf('.');
    const wanted = createHmac('sha256', SECRET).update(ticket.slice(0, dot)).digest();
    if (!timingSafeEqual(wanted, Buffer.from(ticket.slice(dot + 1), 'base64url'))) throw new Error('no');
    JSON.parse(Buffer.from(ticket.slice(3, dot), 'base64url').toString('utf8'));
  },
};

function rule(text, operation = 'subscribe') {
  const made = new RuleBook().rule(text, operation);
  return {
    prepare: () => ({ principal: user, request, payload: Payload.of({ amount: 5, to: '5' }) }),
    run: (question) => {
      if (!made.holds(question)) throw new Error(`${text} does not hold`);
    },
  };
}

const KINDS = {
  'bare hmac': bareHmac,
  'ticket v1': tickets(SECRET),
  'ticket e1': tickets(privateKey),
  owner: rule('owner'),
  equal: rule('params.user_id == user.id'),
  roles: rule('params.user_id == user.id && "ROLE_SALES" in user.roles && user.claims.level >= 3'),
  walk: rule('user.roles.exists(r, r.startsWith("ROLE_S")) && params.organization_id in user.organizations'),
  payload: rule('owner && payload.amount < 100 && payload.to == params.user_id', 'publish'),
};
const { prepare, run } = KINDS[kind];

/** CPU microseconds of one check. */
function batch() {
  const prepared = Array.from({ length: BATCH }, prepare);
  const start = process.cpuUsage();
  for (const one of prepared) run(one);
  const used = process.cpuUsage(start);
  return used.user + used.system;
}

console.log(JSON.stringify(costOfOne(batch, { size: BATCH, milliseconds })));
