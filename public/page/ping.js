import { sync } from '../sync.mjs';
import { button, find, showRefusal, timeOf } from './dom.js';

const CHANNEL = 'oro/ping';

/** What `signalbox.yml` of this repository sets; measured as soon as two pings have come. */
let interval = 50_000;
let since;
let last;
let pings = 0;
let refused = false;

/** Shows the ping topic alive, with how long it is until the next one. */
export function watchPing() {
  sync.subscribe(CHANNEL, received);
  setInterval(showProgress, 500);
}

/** Shows that the topic is refused; false if the refusal is another channel's. */
export function showPingRefused(error) {
  if (error.channel !== CHANNEL) return;
  refused = true;
  showRefusal(find('ping-refusal'), error, button('Try again', watchAgain));
  render();
}

/** The connection came or went. */
export function showPingConnection(state) {
  since = state === 'open' ? Date.now() : undefined;
  if (state === 'open') refused = false;
  find('ping-refusal').hidden = !refused;
  render();
}

function watchAgain() {
  refused = false;
  find('ping-refusal').hidden = true;
  sync.subscribe(CHANNEL, received);
  render();
}

function received() {
  const now = Date.now();
  if (pings > 0 && since !== undefined && last > since) interval = Math.max(1000, now - last);
  last = now;
  pings++;
  render();
  const pulse = find('ping-pulse');
  pulse.classList.remove('beat');
  void pulse.offsetWidth; // or the animation would not start anew
  pulse.classList.add('beat');
}

function render() {
  const state = find('ping-state');
  if (refused) state.textContent = 'refused';
  else if (sync.state === 'closed') state.textContent = 'no connection';
  else if (since === undefined) state.textContent = 'waiting for the connection';
  else if (last === undefined) state.textContent = `subscribed, next within ${seconds(interval)}`;
  else state.replaceChildren('last message at ', timeOf(last));
  if (pings > 0) {
    const many = pings === 1 ? '1 ping so far' : `${pings} pings so far, one every ${seconds(interval)}`;
    find('ping-detail').textContent = many;
  }
  showProgress();
}

function showProgress() {
  const from = Math.max(since ?? 0, last ?? 0);
  const progress = since === undefined || refused ? 0 : Math.min(1, (Date.now() - from) / interval);
  const pulse = find('ping-pulse');
  pulse.style.setProperty('--progress', progress.toFixed(3));
  pulse.dataset.alive = String(since !== undefined && !refused);
}

function seconds(milliseconds) {
  return `${Math.round(milliseconds / 1000)} s`;
}
