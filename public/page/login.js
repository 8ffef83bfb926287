/** Who this page connects as: nobody, a user of its choice (in development), or whom a ticket speaks for. */
import { sync } from '../sync.mjs';
import { login } from './server.js';

const KEPT = 'signalbox.somebody';

let somebody = login ? kept() : undefined;
/** A ticket that was got for the next attempt. */
let ready;
/** The ticket that somebody gave to this page. */
let given = takeFromAddress();

/** For every attempt and every renewal another one, since a ticket can be used once. */
export async function nextTicket() {
  if (given !== undefined) return given;
  const first = ready;
  ready = undefined;
  return first ?? (somebody && (await requestTicket(somebody)));
}

/** The user that was chosen in development, if any. */
export function chosen() {
  return given === undefined ? somebody : undefined;
}

/** Whether the page has nothing but a ticket that somebody gave to it. */
export function hasTicket() {
  return given !== undefined;
}

/** Connects anew as a user, or as nobody. Throws the refusal of the server, and changes nothing then. */
export async function become(who) {
  const ticket = who && (await requestTicket(who));
  ready = ticket;
  given = undefined;
  somebody = who;
  if (who) sessionStorage.setItem(KEPT, JSON.stringify(who));
  else sessionStorage.removeItem(KEPT);
  sync.reconnect();
}

/** Connects anew with a ticket, which is good for this one connection. */
export function connectWith(ticket) {
  given = ticket;
  sync.reconnect();
}

async function requestTicket(who) {
  const response = await fetch('dev/tickets', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(who),
  });
  const { ticket, error } = await response.json();
  if (ticket !== undefined) return ticket;
  throw Object.assign(new Error(error.message), error);
}

/** Out of the address, where it would stay in sight and be of no use a second time. */
function takeFromAddress() {
  const ticket = new URLSearchParams(location.search).get('ticket') || undefined;
  if (ticket !== undefined) history.replaceState(null, '', location.pathname + location.hash);
  return ticket;
}

/** Each window has its own, which survives a reload. */
function kept() {
  return JSON.parse(sessionStorage.getItem(KEPT)) ?? undefined;
}
