import { sync } from '../sync.mjs';
import { isSubscribed, subscribe } from './channels.js';
import { button, find, showRefusal } from './dom.js';

const state = find('publish-state');
const refusal = find('publish-refusal');

/** What the form says, or undefined while its message is not JSON. */
export function readDraft() {
  try {
    return {
      channel: find('publish-channel').value.trim(),
      payload: JSON.parse(find('publish-payload').value),
    };
  } catch {
    return undefined;
  }
}

/** Shows that the server refused a publication. */
export function showPublishRefused(error) {
  showRefusal(refusal, error);
  state.textContent = `not published to ${error.channel}`;
}

function publish() {
  const draft = readDraft();
  refusal.hidden = true;
  if (!draft) return showNotJson();
  const { channel, payload } = draft;
  const waits = sync.state !== 'open';
  sync.publish(channel, payload);
  state.textContent = waits ? `will be sent to ${channel} once connected` : `sent to ${channel}`;
  if (!isSubscribed(channel)) {
    state.append(
      '. You are not subscribed to it. ',
      button('Subscribe', () => subscribe(channel)),
    );
  }
}

function showNotJson() {
  const text = find('publish-payload').value;
  const hint = `a text needs double quotes: ${JSON.stringify(text.replaceAll('"', ''))}`;
  showRefusal(refusal, { code: 'not JSON', message: 'the message cannot be read', hint });
  state.textContent = 'not sent';
  find('publish-payload').focus();
}

find('publish-form').addEventListener('submit', (event) => {
  event.preventDefault();
  publish();
});
