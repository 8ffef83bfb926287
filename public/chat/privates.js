/** Private conversations: all arrive on our own channel, and are told apart by who the other one is. */
import { find } from '../page/dom.js';
import { sync } from '../sync.mjs';
import { onWrite } from './members.js';
import { me } from './people.js';
import { Talk } from './talk.js';
import { current, rooms, showTalk, talkChanged } from './talks.js';

const HINTS = {
  user: 'Write to a member to begin.',
  anonymous: 'Guests have none: be somebody to write in private.',
};

let own;

onWrite((member) => showTalk(talkWith(member)));

/** Listens on our own channel; with another identity, on another one. */
export function showPrivates({ kind, id, roles }) {
  const channel = kind === 'user' ? `chat/user/${id}` : undefined;
  if (channel !== own) {
    if (own !== undefined) sync.unsubscribe(own, receive);
    forget();
    own = channel;
    if (own !== undefined) sync.subscribe(own, receive);
  }
  find('privates-empty').textContent = HINTS[kind] ?? '';
  find('announce').hidden = !roles.includes('ROLE_ADMIN');
}

function receive(said) {
  if (said?.type !== 'private') return;
  const other = said.from.id === me.id ? { id: said.to, name: nameOf(said.to) } : said.from;
  talkWith(other).hear(said);
}

function nameOf(id) {
  return rooms.map(({ members }) => members.get(id)?.name).find(Boolean) ?? id;
}

function talkWith({ id, name }) {
  const known = rooms.find((talk) => !talk.isRoom && talk.id === id);
  if (known) {
    find('privates').append(known.entry);
    return known;
  }
  const talk = new Talk({ kind: 'user', id, name, channel: `chat/user/${id}`, changed, chosen: showTalk });
  talk.entered = true;
  rooms.push(talk);
  find('privates').append(talk.entry);
  find('privates-empty').hidden = true;
  changed(talk);
  return talk;
}

function changed(talk, said) {
  talkChanged(talk, said);
  if (!talk.entered) talk.entry.remove();
  else if (said && !talk.entry.isConnected) find('privates').append(talk.entry);
}

function forget() {
  const shown = current();
  for (const talk of rooms.filter(({ isRoom }) => !isRoom)) {
    rooms.splice(rooms.indexOf(talk), 1);
    talk.entry.remove();
    if (talk === shown && rooms[0]) showTalk(rooms[0]);
  }
  find('privates-empty').hidden = false;
}
