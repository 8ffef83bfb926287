/** The conversations, of which one is shown. */
import { announce, button, find, make, showRefusal } from '../page/dom.js';
import { sync } from '../sync.mjs';
import { showMembers } from './members.js';
import { endSearch } from './search.js';

const WAITING = 'No connection: what you write is sent as soon as there is one.';

const feed = find('feed');
const text = find('say-text');
let shown;
let sent = '';

/** Wires what belongs to the conversation that is shown. */
export function watchTalks() {
  find('say').addEventListener('submit', (event) => {
    event.preventDefault();
    say();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say();
  });
  find('leave').addEventListener('click', () => leave());
  sync.on('state', () => render());
}

/** The conversation that is shown, if any. */
export function current() {
  return shown;
}

/** Shows a conversation, and enters it. */
export function showTalk(talk) {
  endSearch();
  shown = talk;
  talk.unread = 0;
  if (!talk.entered || talk.refusal) talk.enter();
  feed.replaceChildren(talk.lines.element);
  render();
  showEntry(talk);
  toEnd();
  if (talk.oldest === undefined && talk.isRoom) void readBefore(talk);
  if (matchMedia('(hover: hover)').matches) text.focus();
}

/** For a talk that has changed; `said` is what was added to it. */
export function talkChanged(talk, said) {
  if (talk === shown) {
    const atEnd = feed.scrollHeight - feed.scrollTop - feed.clientHeight < 80;
    talk.unread = document.hidden ? talk.unread : 0;
    render();
    if (said && (atEnd || said.from?.id === undefined)) toEnd();
  } else if (said && said.type !== 'enter' && said.type !== 'leave') announce(`new in ${talk.name}`);
  showEntry(talk);
}

/** Shows a refusal in the conversation that it is about. */
export function showTalkRefused(error) {
  if (error.event === 'onSubscribe') {
    const talk = rooms.find(({ channel }) => channel === error.channel);
    if (!talk) return;
    talk.refusal = error;
    talk.entered = false;
    talkChanged(talk);
    return;
  }
  showRefusal(find('talk-refusal'), error);
  if (text.value === '') text.value = sent;
}

/** Rooms and private conversations of this page. */
export const rooms = [];

/** After a connection was lost, what was said meanwhile is in the log; and somebody else may read more of it. */
export function catchUp() {
  for (const talk of rooms) {
    if (talk.oldest === undefined) continue;
    talk.oldest = undefined;
    talk.logRefusal = undefined;
    void readBefore(talk);
  }
}

/** Shows what is older, or that there is no log to read it from. */
export async function readBefore(talk) {
  const height = feed.scrollHeight - feed.scrollTop;
  try {
    const first = talk.oldest === undefined;
    await talk.readBefore();
    if (talk === shown) feed.scrollTop = first ? feed.scrollHeight : feed.scrollHeight - height;
  } catch (error) {
    talk.oldest = null;
    talk.logRefusal = error.message;
    talkChanged(talk);
  }
}

function say() {
  const said = text.value.trim();
  if (said === '' || !shown) return;
  find('talk-refusal').hidden = true;
  sent = said;
  shown.say(said);
  text.value = '';
}

function leave() {
  const talk = shown;
  shown = undefined;
  talk.leave();
  feed.replaceChildren(make('p', { class: 'empty' }, 'Choose a room. You can be in several at once.'));
  render();
  announce(`you have left ${talk.name}`);
  talk.button.focus();
}

function toEnd() {
  feed.scrollTop = feed.scrollHeight;
}

/** The parts around the lines. */
function render() {
  find('talk-title').textContent = shown ? shown.name : 'No room yet';
  for (const id of ['leave', 'say']) find(id).hidden = !shown;
  find('search').hidden = !shown?.isRoom;
  find('leave').textContent = shown?.isRoom ? 'Leave' : 'Close';
  find('say-label').textContent = shown ? `Message to ${shown.name}` : 'Message';
  text.placeholder = find('say-label').textContent;
  find('talk-state').textContent = shown && sync.state !== 'open' ? WAITING : (shown?.logRefusal ?? '');
  renderRefusal();
  renderEarlier();
  showMembers(shown);
}

function renderRefusal() {
  if (shown?.refusal) {
    const again = button('Try again', () => showTalk(shown));
    showRefusal(find('talk-refusal'), shown.refusal, again);
    find('say').hidden = true;
  } else if (find('talk-refusal').dataset.talk !== shown?.channel) find('talk-refusal').hidden = true;
  find('talk-refusal').dataset.talk = shown?.channel ?? '';
}

/** The way to what is older, above the lines. */
function renderEarlier() {
  if (!shown || shown.lines.element.parentElement !== feed) return;
  const there = find('earlier');
  const wanted = (shown.oldest ?? null) !== null;
  if (wanted && !there) feed.prepend(button('Earlier', () => readBefore(shown), { id: 'earlier' }));
  else if (!wanted) there?.remove();
}

function showEntry(talk) {
  const { button: open, badge, entry, unread, entered, name } = talk;
  entry.dataset.entered = String(entered);
  open.setAttribute('aria-current', String(talk === shown));
  badge.textContent = unread > 99 ? '99+' : String(unread);
  open.replaceChildren(make('span', {}, name), ...(unread > 0 && entered ? [badge] : []));
  open.setAttribute('aria-label', unread > 0 ? `${name}, ${unread} unread` : name);
  for (const other of rooms)
    if (other !== talk) other.button.setAttribute('aria-current', String(other === shown));
}
