import { sync } from '../sync.mjs';
import { announce, button, find, make, showRefusal } from './dom.js';
import { hueOf } from './hue.js';
import { logMessage } from './log.js';

const WORDS = { open: 'subscribed', closed: 'no connection', refused: 'refused' };

const list = find('channels');
const entries = new Map();

/** Subscribes and adds the channel to the list; one that is there already is shown, and tried again if refused. */
export function subscribe(channel) {
  const entry = entries.get(channel) ?? add(channel);
  entry.refused = false;
  sync.subscribe(channel, entry.receive);
  render(entry);
}

/** True if the page is subscribed to the channel, or will be once connected. */
export function isSubscribed(channel) {
  return entries.get(channel)?.refused === false;
}

/** Shows a refusal where the channel stands. */
export function showRefused(error) {
  const entry = entries.get(error.channel);
  if (!entry) return;
  entry.refused = true;
  render(entry);
  const again = button('Try again', () => subscribe(error.channel));
  showRefusal(entry.refusal, error, again, ...waysIn(error));
  announce(`${error.channel} is refused: ${error.message}`);
}

/** Who is kept out may have to be somebody else. */
function waysIn({ code }) {
  const closed = code === 'forbidden' || code === 'unauthorized';
  return closed ? [make('a', { href: '#somebody' }, 'Be somebody who may')] : [];
}

/** The connection came or went: with a new one every channel is tried again. */
export function showConnection(state) {
  for (const entry of entries.values()) {
    if (state === 'open') entry.refused = false;
    render(entry);
  }
}

function add(channel) {
  const state = make('span', { class: 'state' });
  const count = make('span', { class: 'quiet' });
  const name = make('code', { class: 'channel' }, channel);
  name.style.setProperty('--hue', String(hueOf(channel)));
  const leave = button('Unsubscribe', () => remove(channel));
  const refusal = make('div', { class: 'refusal' });
  const about = make('p', { class: 'about' }, state, count);
  const item = make('li', {}, make('div', { class: 'line' }, name, leave), about, refusal);
  const entry = { channel, item, state, count, leave, refusal, received: 0, refused: false, receive };
  function receive(payload) {
    entry.received++;
    render(entry);
    logMessage(channel, payload);
  }
  entries.set(channel, entry);
  list.prepend(item);
  showWhetherEmpty();
  return entry;
}

/** Takes a channel out of the list; one that is not there changes nothing. */
export function drop(channel) {
  const entry = entries.get(channel);
  if (!entry) return;
  sync.unsubscribe(channel, entry.receive);
  entries.delete(channel);
  entry.item.remove();
  showWhetherEmpty();
}

function remove(channel) {
  drop(channel);
  announce(`unsubscribed from ${channel}`);
  find('subscribe-channel').focus();
}

function render({ channel, item, state, count, leave, refusal, received, refused }) {
  const now = refused ? 'refused' : sync.state;
  item.dataset.state = now;
  state.textContent = WORDS[now] ?? 'waiting for the connection';
  leave.textContent = refused ? 'Remove' : 'Unsubscribe';
  leave.setAttribute('aria-label', refused ? `Remove ${channel}` : `Unsubscribe from ${channel}`);
  count.textContent = received === 0 ? '' : received === 1 ? '1 message' : `${received} messages`;
  if (!refused) refusal.hidden = true;
}

function showWhetherEmpty() {
  find('channels-empty').hidden = entries.size > 0;
}

/** Subscribes to what the visitor asks for, which has to be in sight then. */
export function enter(channel) {
  subscribe(channel);
  entries.get(channel).item.scrollIntoView({ block: 'nearest' });
}

find('subscribe').addEventListener('submit', (event) => {
  event.preventDefault();
  const channel = find('subscribe-channel').value.trim();
  if (channel === '') return;
  enter(channel);
  event.target.reset();
});

for (const ready of document.querySelectorAll('button[data-channel]')) {
  ready.title = ready.dataset.channel;
  ready.addEventListener('click', () => enter(ready.dataset.channel));
}
