/** Who this page connects as: nobody, a user of its choice (in development), or whom a ticket speaks for. */
import { sync } from '../sync.mjs';
import { login } from './server.js';

const KEPT = 'signalbox.somebody';

let somebody = login ? kept() : undefined;
/** Gets tickets for a name and a password, which nothing keeps beyond this page. */
let byPassword;
/** A ticket that was got for the next attempt. */
let ready;
/** The ticket that somebody gave to this page. */
let given = takeFromAddress();

/** For every attempt and every renewal another one, since a ticket can be used once. */
export async function nextTicket() {
  if (given !== undefined) return given;
  const first = ready;
  ready = undefined;
  return first ?? byPassword?.() ?? (somebody && (await requestTicket(somebody)));
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
  byPassword = undefined;
  somebody = who;
  if (who) sessionStorage.setItem(KEPT, JSON.stringify(who));
  else sessionStorage.removeItem(KEPT);
  sync.reconnect();
}

/** Connects anew as whom a name and a password prove. Throws the refusal of the server, and changes nothing then. */
export async function logInWith(name, password) {
  const octets = String.fromCharCode(...new TextEncoder().encode(`${name}:${password}`));
  const headers = { authorization: `Basic ${btoa(octets)}` };
  const request = () => ticketFrom('api/login', { headers });
  ready = await request();
  byPassword = request;
  given = undefined;
  somebody = undefined;
  sessionStorage.removeItem(KEPT);
  sync.reconnect();
}

/** Connects anew with a ticket, which is good for this one connection. */
export function connectWith(ticket) {
  given = ticket;
  sync.reconnect();
}

function requestTicket(who) {
  return ticketFrom('dev/tickets', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(who),
  });
}

async function ticketFrom(path, request) {
  const response = await fetch(path, { method: 'POST', ...request });
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
