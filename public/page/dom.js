import { development } from './server.js';

/** The element of the page with this id. */
export const find = (id) => document.getElementById(id);

/** A new element. Strings become text, never markup, so that what peers send stays what it is: text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A button that does something. `text` may be a list of texts and elements. */
export function button(text, action, attributes = {}) {
  const element = make('button', { type: 'button', class: 'small', ...attributes }, ...[text].flat());
  element.addEventListener('click', action);
  return element;
}

/** Fills `element` with the code, reason and remedy of a refusal; in development, with how it came about. */
export function showRefusal(element, { code, message, hint, request }, ...actions) {
  const parts = [make('p', {}, make('code', {}, code), ` ${message}`)];
  if (hint)
    parts.push(explains(code) ? make('pre', { class: 'why' }, hint) : make('p', { class: 'hint' }, hint));
  if (request)
    parts.push(make('p', { class: 'quiet' }, 'in the log of the server as ', make('code', {}, request)));
  if (actions.length > 0) parts.push(make('p', { class: 'actions' }, ...actions));
  element.replaceChildren(...parts);
  element.hidden = false;
}

/** Instead of a remedy the server then tells, line by line, what access was decided by. */
function explains(code) {
  return development && code === 'forbidden';
}

/** Says something to those who listen to the page rather than see it. */
export function announce(text) {
  find('announcer').textContent = text;
}

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });

/** A `time` element for a moment in milliseconds since 1970. */
export function timeOf(moment) {
  const date = new Date(moment);
  return make('time', { datetime: date.toISOString() }, TIME.format(date));
}
