/** Who one is in the chat, and the ways to be somebody. */
import { announce, find, showRefusal } from '../page/dom.js';
import { become, chosen, connectWith } from '../page/login.js';
import { development, login } from '../page/server.js';
import { sync } from '../sync.mjs';

const refusal = find('login-refusal');
const people = [...document.querySelectorAll('#login [data-user]')];

/** The member that this page is, with the kind and the roles that the server says. */
export let me = { id: '', name: '', kind: 'anonymous', roles: [] };

/** Asks the server who we are after each welcome, and tells `shown`. */
export function watchIdentity(shown) {
  const show = (identity) => {
    me = memberOf(identity);
    find('me').textContent = me.name;
    shown(me);
  };
  sync.on('connection_established', () => sync.identity().then(show, () => undefined));
  sync.on('identity', show);
}

/** In development everybody may be anybody; elsewhere a ticket says who one is. */
export function showWaysIn() {
  find('mode').hidden = !development;
  find('login').hidden = !login;
  find('somebody-label').textContent = login ? 'Somebody else' : 'Ticket, as your application makes it';
  for (const person of people) person.addEventListener('click', () => logIn(grantOf(person.dataset)));
  find('somebody-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = find('somebody-input').value.trim();
    if (login) void logIn(grantOf({ user: text }));
    else connectWith(text);
    event.target.reset();
  });
  showChosen();
}

/** As nobody in particular, where a ticket is of no use any more. */
export function goOnAsGuest() {
  return logIn(undefined);
}

async function logIn(who) {
  refusal.hidden = true;
  try {
    await become(who);
    announce(who ? `connecting as ${who.user}` : 'connecting as a guest');
    find('somebody').open = false;
  } catch (error) {
    showRefusal(refusal, error);
  }
  showChosen();
}

function showChosen() {
  const { user = '' } = chosen() ?? {};
  for (const person of people) person.setAttribute('aria-pressed', String(person.dataset.user === user));
}

function grantOf({ user, role }) {
  return user ? { user, organizations: [], roles: role ? [role] : [] } : undefined;
}

/** As the room shows its members. */
function memberOf({ sessionId, id, kind, roles }) {
  return { id: id ?? sessionId, name: id ?? `guest-${sessionId.slice(-4)}`, kind, roles };
}
