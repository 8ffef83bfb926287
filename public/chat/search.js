/** Search in what was said in the room that is shown, page by page. */
import { button, find, make, showRefusal } from '../page/dom.js';
import { readLog } from './history.js';
import { Lines } from './lines.js';

const feed = find('feed');
let searching = false;
let current = () => undefined;

/** Wires the form above the lines: `shown` tells the conversation that is searched, `back` shows it again. */
export function watchSearch({ shown, back }) {
  current = shown;
  find('search').addEventListener('submit', (event) => {
    event.preventDefault();
    void search();
  });
  find('search-end').addEventListener('click', () => back(current()));
}

/** Forgets what was looked for. */
export function endSearch() {
  if (!searching) return;
  searching = false;
  find('search').reset();
  find('search-end').hidden = true;
  feed.dataset.found = '';
}

async function search() {
  const text = find('search-text').value.trim();
  const day = find('search-day').value;
  if (text === '' && day === '') return;
  const question = { channel: current().channel, text, ...boundsOf(day) };
  searching = true;
  find('search-end').hidden = false;
  const found = new Lines();
  const state = make('p', { class: 'quiet', role: 'status' }, 'searching');
  feed.replaceChildren(state, found.element);
  await readPage({ question, found, state });
}

/** From midnight to midnight, as the clock of this machine has them. */
function boundsOf(day) {
  if (day === '') return {};
  const [from, until] = [new Date(`${day}T00:00`), new Date(`${day}T00:00`)];
  until.setDate(until.getDate() + 1);
  return { from: from.getTime(), until: until.getTime() };
}

/** The next page of older lines goes above what is there. */
async function readPage({ question, found, state }) {
  const refusal = make('div', { class: 'refusal', role: 'alert' });
  try {
    const { messages, next } = await readLog(question);
    for (const { payload } of messages) found.add(payload);
    const count = found.element.childElementCount;
    state.textContent = found.isEmpty
      ? 'Nothing was found.'
      : `${count}${next ? '' : ' in all'}, newest below. `;
    if (next)
      state.append(
        button('Older', () => readPage({ question: { ...question, before: next }, found, state })),
      );
  } catch (error) {
    showRefusal(refusal, error);
    state.replaceChildren(refusal);
  }
}
