import { drop, enter, subscribe } from './channels.js';
import { shellCommand } from './commands.js';
import { announce, button, find, make, showRefusal } from './dom.js';
import { become, chosen, connectWith } from './login.js';
import { development, login } from './server.js';

const READY = [
  { user: '5', organizations: ['7'], roles: [] },
  { user: '6', organizations: ['8'], roles: [] },
];

const refusal = find('login-refusal');
const people = [...document.querySelectorAll('#login [data-user]')];
let own;

/** Shows the ways to be somebody that this server has. */
export function showWaysIn() {
  find('mode').hidden = !development;
  find('login').hidden = !login;
  find('ticket-way').hidden = login;
  for (const person of people) person.addEventListener('click', () => logIn(READY.find(isOf(person))));
  find('login-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void logIn(readForm());
  });
  find('ticket-form').addEventListener('submit', (event) => {
    event.preventDefault();
    forgetOwn();
    connectWith(find('ticket').value.trim());
    event.target.reset();
  });
  showChosen();
}

/** Subscribes to the channel that is the user's own, and offers those of others. */
export function showOwn({ kind, id, organizations }) {
  const channel = kind === 'user' ? channelOf({ user: id, organizations }) : undefined;
  if (channel !== own) forgetOwn();
  find('own').hidden = channel === undefined;
  if (channel !== undefined && own === undefined) {
    own = channel;
    subscribe(channel);
    find('own-channel').textContent = channel;
    find('command-own').textContent = shellCommand({ channel, payload: { hasNewEmail: true } });
  }
  const foreign = READY.filter((other) => channelOf(other) !== channel).map(tryButton);
  find('foreign').replaceChildren(...foreign);
}

/** As nobody, from where a ticket is of no use any more. */
export function goOnAsNobody() {
  return logIn(undefined);
}

async function logIn(who) {
  refusal.hidden = true;
  try {
    const before = own;
    await become(who);
    if (who === undefined || channelOf(who) !== before) forgetOwn();
    announce(who ? `connecting as user ${who.user}` : 'connecting as nobody');
  } catch (error) {
    showRefusal(refusal, error);
  }
  showChosen();
}

function showChosen() {
  const who = chosen();
  for (const person of people) {
    const pressed = who ? isOf(person)(who) : person.dataset.user === '';
    person.setAttribute('aria-pressed', String(pressed));
  }
}

function isOf(person) {
  return ({ user }) => user === person.dataset.user;
}

function forgetOwn() {
  if (own !== undefined) drop(own);
  own = undefined;
}

function readForm() {
  const words = (id) =>
    find(id)
      .value.split(/[\s,]+/)
      .filter(Boolean);
  return {
    user: find('login-user').value.trim(),
    organizations: words('login-organizations'),
    roles: words('login-roles'),
  };
}

/** `*` stands for no organisation in particular. */
function channelOf({ user, organizations }) {
  return `oro/email_event/${user}/${organizations[0] ?? '*'}`;
}

function tryButton(other) {
  const channel = channelOf(other);
  return button([`Try that of user ${other.user}, `, make('code', {}, channel)], () => enter(channel));
}
