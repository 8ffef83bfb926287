/** The log of the server: what was said before this page came. */
import { nextTicket } from '../page/login.js';
import { me } from './people.js';

const PAGE = 50;

/** The log has to know who asks. */
const GUESTS = { code: 'unauthorized', message: 'Guests are not shown what was said before they came.' };
const NO_LOG = { code: 'no_log', message: 'This server keeps no log of what was said.' };

/** A page of the log, oldest first, and the key before which older lines are. Throws the refusal of the server. */
export async function readLog({ channel, text, from, until, before }) {
  if (me.kind === 'anonymous') throw GUESTS;
  const asked = { channel, q: text, from, until, before, limit: PAGE };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== '');
  const ticket = await nextTicket();
  const headers = ticket === undefined ? {} : { authorization: `Bearer ${ticket}` };
  const response = await fetch(`api/log?${new URLSearchParams(given)}`, { headers });
  if (response.status === 404) throw NO_LOG;
  const answer = await response.json();
  if (!response.ok) throw answer.error;
  return answer;
}
