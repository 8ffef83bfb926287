/** The rooms that we may enter, as the server lists them. */
import { find, showRefusal } from '../page/dom.js';
import { sync } from '../sync.mjs';
import { Talk } from './talk.js';
import { current, rooms, showTalk, talkChanged } from './talks.js';

const KEPT = 'signalbox.rooms';

/** Asks for the list, and enters the rooms that this window was in before it was loaded anew. */
export async function showRooms() {
  find('rooms-refusal').hidden = true;
  const before = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  let listed;
  try {
    listed = await sync.call('chat/rooms');
  } catch (error) {
    if (error.code !== 'connection_lost') showRoomsRefused(error);
    return;
  }
  const talks = listed.map((room) => known(room) ?? add(room));
  forget(rooms.filter((talk) => talk.isRoom && !talks.includes(talk)));
  find('rooms').replaceChildren(...talks.map(({ entry }) => entry));
  find('rooms-empty').hidden = talks.length > 0;
  find('rooms-empty').textContent = 'There is no room that you may enter.';
  if (!current()) restore(talks, before);
}

export function showRoomsRefused(error) {
  showRefusal(find('rooms-refusal'), error);
}

function known({ id }) {
  return rooms.find((talk) => talk.isRoom && talk.id === id);
}

function add({ id, name }) {
  const channel = `chat/room/${id}`;
  const talk = new Talk({ kind: 'room', id, name, channel, changed: roomChanged, chosen: showTalk });
  rooms.push(talk);
  roomChanged(talk);
  return talk;
}

/** Rooms that we may not enter any more. */
function forget(talks) {
  for (const talk of talks) {
    talk.leave();
    rooms.splice(rooms.indexOf(talk), 1);
    if (talk === current()) showTalk(rooms.find(({ isRoom }) => isRoom) ?? talk);
  }
}

function roomChanged(talk, said) {
  talkChanged(talk, said);
  const entered = rooms.filter(({ isRoom, entered }) => isRoom && entered).map(({ id }) => id);
  if (sync.state === 'open') sessionStorage.setItem(KEPT, JSON.stringify(entered));
}

function restore(talks, before) {
  const again = talks.filter(({ id }) => before.includes(id));
  for (const talk of again) talk.enter();
  const [first = talks[0]] = again;
  if (first) showTalk(first);
}
