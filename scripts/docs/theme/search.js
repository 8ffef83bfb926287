import MiniSearch from 'minisearch';
import { excerptOf, marked } from './excerpt.js';
import { find, SEARCH_OPTIONS } from './search-options.js';

const SHOWN = 12;

const dialog = document.querySelector('dialog.search');
const [field, list, hint] = dialog.querySelectorAll('input, #results, .hint');
const INSTRUCTIONS = hint.innerHTML;

let index;
let chosen = -1;

/** The search, by its button and by `/`. The index is loaded when it is first asked for. */
export function openSearch() {
  document.querySelector('button.find').addEventListener('click', open);
  document.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (key !== '/' || ctrlKey || metaKey || altKey || target.closest('input, textarea, select')) return;
    event.preventDefault();
    void open();
  });
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  list.addEventListener('click', () => dialog.close());
  field.addEventListener('input', search);
  field.addEventListener('keydown', steer);
}

async function open() {
  if (!dialog.open) dialog.showModal();
  field.select();
  if (index !== undefined) return;
  await loadIndex();
  search();
}

/** By an element, since a page that was opened from a disk may not fetch. */
function loadIndex() {
  return new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = 'search-index.js';
    script.addEventListener('load', () => {
      index ??= MiniSearch.loadJS(globalThis.SEARCH_INDEX, SEARCH_OPTIONS);
      globalThis.SEARCH_INDEX = undefined;
      resolve();
    });
    script.addEventListener('error', () => {
      hint.textContent = 'The index of the search could not be loaded.';
    });
    document.head.append(script);
  });
}

function search() {
  if (index === undefined) return;
  const words = field.value.trim();
  const found = words === '' ? [] : find(index, words).slice(0, SHOWN);
  list.replaceChildren(...found.map(option));
  field.setAttribute('aria-expanded', String(found.length > 0));
  choose(found.length > 0 ? 0 : -1);
  if (words === '') hint.innerHTML = INSTRUCTIONS;
  else hint.textContent = found.length === 0 ? `Nothing has ${words}.` : `${found.length} shown.`;
}

function option({ id, title, page, text, terms }, i) {
  const link = document.createElement('a');
  link.id = `result-${i}`;
  link.role = 'option';
  link.href = id;
  link.tabIndex = -1;
  const [heading, excerpt] = [document.createElement('strong'), document.createElement('span')];
  heading.append(...marked(title === page ? title : `${page} › ${title}`, terms));
  excerpt.append(...marked(excerptOf(text, terms), terms));
  link.append(heading, excerpt);
  return link;
}

function steer(event) {
  const { length } = list.children;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined && length > 0) choose((chosen + step + length) % length);
  else if (event.key === 'Enter') list.children[chosen]?.click();
  else return;
  event.preventDefault();
}

function choose(i) {
  chosen = i;
  for (const [at, item] of [...list.children].entries()) item.setAttribute('aria-selected', String(at === i));
  list.children[i]?.scrollIntoView({ block: 'nearest' });
  if (i < 0) field.removeAttribute('aria-activedescendant');
  else field.setAttribute('aria-activedescendant', `result-${i}`);
}
