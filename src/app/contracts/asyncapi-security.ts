import type { Settings } from '../../config/index.js';
import type { Tree } from './tree.js';

type AuthSettings = Settings['auth'];

/** A way to say who one is, and the servers of the document that know it. */
export interface SecurityScheme {
  readonly scheme: Tree;
  readonly servers: readonly string[];
}

const BY_ADDRESS = ['websocket', 'sse'];
const BY_HEADER = ['websocket', 'http', 'sse'];
const BY_LOGIN = ['websocket', 'stomp', 'xmlsocket'];
const BY_QUESTION = ['websocket', 'rawsocket'];

/** How peers say who they are, by names of this document; those that are not configured are left out. */
export function asyncApiSecurity(auth: AuthSettings): Readonly<Record<string, SecurityScheme>> {
  const asked = (method: string) =>
    auth.methods === undefined || (auth.methods as readonly string[]).includes(method);
  // Without any secret the server makes one for itself.
  const hasTickets =
    asked('ticket') &&
    (auth.secret !== undefined || auth.publicKey !== undefined || auth.methods === undefined);
  const hasTokens = asked('jwt') && auth.jwt !== undefined;
  return {
    ...(hasTickets && TICKETS),
    ...(asked('oro') && auth.oro && { oroTicket: query('ticket', "A ticket of OroSyncBundle's.") }),
    ...(hasTokens && TOKENS),
    ...((hasTickets || hasTokens) && WITHOUT_NAME),
    ...(asked('keys') && { key: bearer('The key of a back end.') }),
    ...(asked('passwords') && auth.logins.size > 0 && PASSWORDS),
    ...questions(auth),
    ...cookiesOf(auth, asked('http')),
  };
}

function query(name: string, description: string): SecurityScheme {
  return { scheme: { type: 'httpApiKey', name, in: 'query', description }, servers: BY_ADDRESS };
}

function bearer(description: string, bearerFormat?: string): SecurityScheme {
  const scheme = { type: 'http', scheme: 'bearer', ...(bearerFormat && { bearerFormat }), description };
  return { scheme, servers: BY_HEADER };
}

function question(type: string, description: string): SecurityScheme {
  return { scheme: { type, description }, servers: BY_QUESTION };
}

/** A ticket or token in a cookie, and the cookies that the application is shown. */
function cookiesOf(
  { cookie, http }: AuthSettings,
  isShown: boolean,
): Readonly<Record<string, SecurityScheme>> {
  const named = (name: string, description: string): SecurityScheme => ({
    scheme: { type: 'httpApiKey', name, in: 'cookie', description },
    servers: BY_ADDRESS,
  });
  const shown = isShown ? (http?.cookies ?? []) : [];
  return {
    ...(cookie !== undefined && { ticketCookie: named(cookie, 'A ticket or token, from pages.') }),
    ...Object.fromEntries(
      shown.map((name, i) => [
        i === 0 ? 'session' : `session${i + 1}`,
        named(name, 'The session of the application, which is asked who it belongs to.'),
      ]),
    ),
  };
}

/** What logins of the settings can answer, in WAMP v2. */
function questions({ logins }: AuthSettings): Readonly<Record<string, SecurityScheme>> {
  const all = [...logins.values()];
  const some = (isSo: (login: (typeof all)[number]) => boolean, schemes: Record<string, SecurityScheme>) =>
    all.some(isSo) && schemes;
  return {
    ...some(({ keys }) => keys.length > 0, {
      cryptosign: question('asymmetricEncryption', 'WAMP v2: a signature by an Ed25519 key.'),
    }),
    ...some(({ scram }) => scram !== undefined, {
      scram: question('scramSha256', 'WAMP v2: the authmethod wamp-scram or scram.'),
    }),
    ...some(({ secret, derivedKey }) => (secret ?? derivedKey) !== undefined, {
      wampcra: question('symmetricEncryption', 'WAMP v2: a challenge, signed with a shared secret.'),
    }),
  };
}

const TICKETS = {
  ticket: query('ticket', 'A ticket of this server, which signalbox token or POST /api/tickets makes.'),
  ticketHeader: bearer('The same ticket.', 'ticket'),
};
const TOKENS = {
  token: query('token', 'A JSON Web Token.'),
  jwt: bearer('A JSON Web Token.', 'JWT'),
};
const WITHOUT_NAME = {
  passcode: {
    scheme: {
      type: 'userPassword',
      description: 'No name, and a ticket or token as the passcode of STOMP or the password of XMLSocket.',
    },
    servers: BY_LOGIN,
  },
};
const PASSWORDS = {
  password: {
    scheme: {
      type: 'userPassword',
      description: 'A name and a password: login and passcode of STOMP, or the login of XMLSocket.',
    },
    servers: BY_LOGIN,
  },
  basic: {
    scheme: { type: 'http', scheme: 'basic', description: 'The same name and password.' },
    servers: BY_HEADER,
  },
};
