import { sync } from '../sync.mjs';
import { find, showRefusal } from './dom.js';
import { chosen } from './login.js';

let end;

/** Shows who the server says we are, and until when; `shown` hears of it, too. */
export function watchIdentity(shown) {
  const show = (identity) => {
    render(identity);
    shown(identity);
  };
  sync.on('connection_established', () => sync.identity().then(show, fail));
  sync.on('identity', show);
  sync.on('state', ({ state }) => state !== 'open' && forget());
  find('renew').addEventListener('click', renew);
  setInterval(countDown, 500);
}

async function renew() {
  find('you-refusal').hidden = true;
  try {
    render(await sync.renew());
    find('you-state').textContent = 'renewed on the same connection';
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  if (error.code !== 'connection_lost') showRefusal(find('you-refusal'), error);
}

function render({ sessionId, kind, id, roles, organizations, expiresIn }) {
  end = expiresIn === undefined ? undefined : Date.now() + expiresIn;
  find('session').textContent = sessionId;
  find('identity').textContent = id === undefined ? kind : `${kind} ${id}`;
  find('organizations').textContent = organizations.join(', ') || 'none';
  find('roles').textContent = roles.join(', ') || 'none';
  find('renew').hidden = kind !== 'user' || chosen() === undefined;
  countDown();
}

function forget() {
  end = undefined;
  for (const id of ['identity', 'organizations', 'roles', 'lifetime']) find(id).textContent = '';
  find('identity').textContent = 'not connected';
  find('session').textContent = 'none at the moment';
  find('renew').hidden = true;
  find('you-state').textContent = '';
  find('you-refusal').hidden = true;
}

function countDown() {
  if (sync.state !== 'open') return;
  find('lifetime').textContent = end === undefined ? 'as long as the connection' : inWords(end - Date.now());
}

function inWords(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
