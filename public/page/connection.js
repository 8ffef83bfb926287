import { sync } from '../sync.mjs';
import { button, find, make } from './dom.js';
import { hasTicket } from './login.js';

const WORDS = {
  idle: 'connecting',
  connecting: 'connecting',
  open: 'connected',
  waiting: 'reconnecting',
  closed: 'lost',
};

/** The codes by which a connection ends without anybody having said why. */
const WORDLESS = { 1005: 'the server closed it', 1006: 'the server does not answer' };

let retryAt;
let everOpen = false;
let why = '';

/** Shows the state of the connection, and the way back when it is lost. */
export function watchConnection() {
  sync.on('state', ({ state }) => show(state));
  sync.on('retry', ({ delay }) => {
    retryAt = Date.now() + delay;
    countDown();
  });
  sync.on('connection_lost', (ending) => {
    why = reasonOf(ending);
    show(sync.state);
  });
  setInterval(countDown, 250);
  find('connection-retry').addEventListener('click', () => sync.connect());
  show(sync.state);
}

/** Shows an error that belongs to no channel: mostly the end of the connection, with the remedy. */
export function showFailed({ code, message, hint }, goOnAsNobody) {
  const parts = [make('strong', {}, `${code}: `), message];
  if (code === 'disconnected' && hasTicket()) {
    parts.push(
      '. A ticket is good for one connection. ',
      make('a', { href: '#somebody' }, 'Get another'),
      ' or ',
      button('Go on without one', goOnAsNobody),
    );
  } else if (sync.state === 'closed')
    parts.push(
      ' ',
      button('Connect again', () => sync.connect()),
    );
  else if (hint) parts.push(`. ${hint}`);
  const outage = find('outage');
  outage.replaceChildren(...parts);
  outage.hidden = false;
}

/** Browsers do not tell a page that its origin was refused: but who gets the page and never a connection can guess. */
function reasonOf({ code, reason }) {
  const foreign = !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
  if (code === 1006 && !reason && !everOpen && foreign) {
    return `no WebSocket for this page, unless origins in signalbox.yml lists ${location.origin}`;
  }
  return reason || WORDLESS[code] || `code ${code}`;
}

function show(state) {
  if (state === 'open') {
    everOpen = true;
    why = '';
    find('outage').hidden = true;
  }
  find('connection').dataset.state = state;
  const word = state === 'connecting' && everOpen ? 'reconnecting' : WORDS[state];
  const reason = state === 'open' || why === '' ? '' : `: ${why}`;
  find('connection-state').textContent = `${word}${reason}`;
  find('connection-retry').hidden = state !== 'waiting' && state !== 'closed';
  countDown();
}

function countDown() {
  const left = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  find('connection-countdown').textContent = sync.state === 'waiting' ? `in ${left} s` : '';
}
