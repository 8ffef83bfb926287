import { find, make, timeOf } from './dom.js';
import { hueOf } from './hue.js';
import { pretty } from './json.js';

const MOST_ENTRIES = 200;

const list = find('log');
let total = 0;

/** Puts a message on top of the log, which keeps the newest 200. */
export function logMessage(channel, payload) {
  const name = make('code', { class: 'channel' }, channel);
  name.style.setProperty('--hue', String(hueOf(channel)));
  const head = make('p', {}, name, timeOf(Date.now()));
  list.prepend(make('li', {}, head, make('pre', {}, pretty(payload))));
  while (list.childElementCount > MOST_ENTRIES) list.lastElementChild.remove();
  total++;
  update();
}

function update() {
  const shown = list.childElementCount;
  find('log-count').textContent =
    total > shown ? `newest ${shown} of ${total}` : total > 0 ? String(total) : '';
  find('log-empty').hidden = total > 0;
  find('log-clear').hidden = total === 0;
}

find('log-clear').addEventListener('click', () => {
  list.replaceChildren();
  total = 0;
  update();
  list.focus();
});
