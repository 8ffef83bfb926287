/** What was said, as lines of a list. Texts of peers become text, never markup. */
import { make } from '../page/dom.js';
import { hueOf } from '../page/hue.js';
import { me } from './people.js';

const MOST_LINES = 500;
/** Milliseconds within which what the same one says stands under one name. */
const BREATH = 120_000;

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** The lines of one conversation in the order of their times, each once, the newest 500. */
export class Lines {
  element = make('ol', { class: 'lines', role: 'log' });
  #known = new Set();

  /** False for what is there already. */
  add(said) {
    const key = JSON.stringify([said.type, said.from?.id ?? said.user?.id, said.time, said.text]);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    const line = lineOf(said);
    const before = this.#lastUntil(said.time);
    if (before) before.after(line);
    else this.element.prepend(line);
    group(line);
    if (line.nextElementSibling) group(line.nextElementSibling);
    if (this.element.childElementCount > MOST_LINES) this.element.firstElementChild.remove();
    if (this.#known.size > 4 * MOST_LINES) this.#known.delete(this.#known.values().next().value);
    return true;
  }

  get isEmpty() {
    return this.element.childElementCount === 0;
  }

  #lastUntil(time) {
    let line = this.element.lastElementChild;
    while (line && Number(line.dataset.time) > time) line = line.previousElementSibling;
    return line;
  }
}

function lineOf(said) {
  const { type, from = said.user, time, text } = said;
  const own = type !== 'announcement' && from?.id === me.id;
  const line = make('li', {
    'data-type': type,
    'data-time': time,
    'data-from': from?.id ?? '',
    'data-own': own,
  });
  if (type === 'enter' || type === 'leave') {
    line.append(`${from?.name ?? '?'} has ${type === 'enter' ? 'entered' : 'left'} `, timeOf(time));
    return line;
  }
  const who = make(
    'strong',
    { class: 'who' },
    type === 'announcement' ? 'Announcement' : (from?.name ?? '?'),
  );
  who.style.setProperty('--hue', String(hueOf(from?.id ?? '')));
  line.append(
    make('p', { class: 'head' }, who, ' ', timeOf(time)),
    make('p', { class: 'text' }, String(text ?? '')),
  );
  return line;
}

/** Marks a line that goes on from the one before it. */
function group(line) {
  const before = line.previousElementSibling;
  const goesOn =
    before?.dataset.from === line.dataset.from &&
    before.dataset.type === line.dataset.type &&
    line.dataset.time - before.dataset.time < BREATH;
  line.dataset.on = String(goesOn);
}

function timeOf(moment) {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  const words = today ? TIME.format(date) : `${DAY.format(date)}, ${TIME.format(date)}`;
  return make('time', { datetime: date.toISOString() }, words);
}
