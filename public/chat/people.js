/** Who one is in the chat, and the ways to be somebody. */
import { announce, find, showRefusal } from '../page/dom.js';
import { become, chosen, logInWith } from '../page/login.js';
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

/** In development everybody may be anybody; elsewhere a password says who one is, or the ticket in the address. */
export function showWaysIn() {
  find('mode').hidden = !development;
  for (const id of ['login', 'user-form']) find(id).hidden = !login;
  for (const person of people) person.addEventListener('click', () => be(grantOf(person.dataset)));
  whenSent('user-form', () => be(grantOf({ user: find('user-input').value.trim() })));
  whenSent('password-form', () => {
    const [name, password] = [find('name-input').value.trim(), find('password-input').value];
    return enter(() => logInWith(name, password), name);
  });
  showChosen();
}

/** As nobody in particular, where a ticket is of no use any more. */
export function goOnAsGuest() {
  return be(undefined);
}

function be(who) {
  return enter(() => become(who), who?.user ?? 'a guest');
}

async function enter(connect, name) {
  refusal.hidden = true;
  try {
    await connect();
    announce(`connecting as ${name}`);
    find('somebody').open = false;
  } catch (error) {
    showRefusal(refusal, error);
  }
  showChosen();
}

function whenSent(form, action) {
  find(form).addEventListener('submit', (event) => {
    event.preventDefault();
    void action();
    event.target.reset();
  });
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
