/** Who is in the room that is shown. */
import { button, find, make } from '../page/dom.js';
import { hueOf } from '../page/hue.js';
import { me } from './people.js';

let write = () => undefined;

/** `open` begins a private conversation with a member. */
export function onWrite(open) {
  write = open;
}

/** Shows the members of a room; of a private conversation, and of none, nothing. */
export function showMembers(talk) {
  const isRoom = talk?.isRoom === true && talk.entered;
  find('members-card').hidden = !isRoom;
  if (!isRoom) return;
  const members = [...talk.members.values()].sort((one, other) => one.name.localeCompare(other.name));
  find('members-title').textContent = talk.total === 1 ? '1 member' : `${talk.total} members`;
  find('members').replaceChildren(...members.map(entryOf));
  const more = talk.total - members.length;
  find('members-more').textContent = more > 0 ? `and ${more} more` : '';
}

function entryOf(member) {
  const who = make('span', { class: 'who' }, member.name);
  who.style.setProperty('--hue', String(hueOf(member.id)));
  const entry = make('li', {}, who);
  if (member.id === me.id) entry.append(make('span', { class: 'quiet' }, 'you'));
  else if (me.kind === 'user' && !isGuest(member)) {
    entry.append(
      button('Write', () => write(member), { 'aria-label': `Write to ${member.name} in private` }),
    );
  }
  return entry;
}

/** A guest is known by its session, and has no channel of its own. */
function isGuest({ name }) {
  return /^guest-\d{4}$/.test(name);
}
