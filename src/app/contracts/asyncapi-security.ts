import type { Settings } from '../../config/index.js';
import type { Tree } from './tree.js';

type AuthSettings = Settings['auth'];

/** How peers say who they are, by names of this document; those that are not configured are left out. */
export function asyncApiSecurity(auth: AuthSettings): Tree {
  const asked = (method: string) =>
    auth.methods === undefined || (auth.methods as readonly string[]).includes(method);
  const hasTickets = auth.secret !== undefined || auth.publicKey !== undefined || auth.methods === undefined;
  return {
    ...(asked('ticket') &&
      hasTickets && {
        ticket: query('A ticket of this server, which signalbox token or POST /api/tickets makes.'),
      }),
    ...(asked('oro') && auth.oro && { oroTicket: query("A ticket of OroSyncBundle's.") }),
    ...(asked('jwt') &&
      auth.jwt && {
        jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A JSON Web Token.' },
      }),
    ...(asked('keys') && { key: { type: 'http', scheme: 'bearer', description: 'The key of a back end.' } }),
    ...(asked('passwords') &&
      auth.logins.size > 0 && { password: { type: 'userPassword', description: 'A name and a password.' } }),
    ...(asked('http') && auth.http && cookieOf(auth)),
  };
}

function query(description: string): Tree {
  return { type: 'httpApiKey', name: 'ticket', in: 'query', description };
}

function cookieOf({ cookie }: AuthSettings): Tree {
  const description = 'The session of the application, which is asked who it belongs to.';
  return { session: { type: 'httpApiKey', name: cookie ?? 'session', in: 'cookie', description } };
}
