import { drop, subscribe } from './channels.js';
import { find } from './dom.js';

const LOBBY = 'demo/lobby';

let isExpected = true;

/** Subscribes to the lobby of the demonstration, so that there is something to hear. */
export function enterLobby() {
  subscribe(LOBBY);
}

/** True of the one refusal that says that another application is served, without the lobby: then the page speaks of it no more. */
export function isElsewhere({ channel, code }) {
  if (!isExpected || channel !== LOBBY) return false;
  isExpected = false;
  if (code !== 'no_such_route') return false;
  drop(LOBBY);
  for (const part of document.querySelectorAll('[data-lobby]')) part.remove();
  find('publish-state').textContent = 'Who may publish to a channel, its route says.';
  find('log-empty').textContent =
    'No message yet. What arrives on channels that you subscribe to shows up here.';
  const channelField = find('publish-channel');
  if (channelField.value === LOBBY) channelField.value = '';
  for (const field of [channelField, find('subscribe-channel')]) field.placeholder = 'a channel of yours';
  find('publish-form').dispatchEvent(new Event('input'));
  return true;
}
