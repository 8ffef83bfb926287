/** The page at `/`: a client of the server that it came from. Each module in `page/` shows one part. */
import { showConnection, showRefused, subscribe } from './page/channels.js';
import { showCommands } from './page/commands.js';
import { showFailed, watchConnection } from './page/connection.js';
import { find } from './page/dom.js';
import { showPingConnection, showPingRefused, watchPing } from './page/ping.js';
import { showPublishRefused } from './page/publish.js';
import { claimsOf, ticketOfPage } from './page/ticket.js';
import { sync } from './sync.mjs';

const ticket = ticketOfPage();

sync.configure({ ticket });
sync.on('error', showError);
sync.on('state', ({ state }) => {
  showConnection(state);
  showPingConnection(state);
});

watchConnection();
watchPing();
subscribe('demo/lobby');
if (ticket) useTicket();
showCommands();

function showError(error) {
  if (error.channel === undefined) return showFailed(error);
  if (error.event !== 'onSubscribe') return showPublishRefused(error);
  showRefused(error);
  showPingRefused(error);
}

/** A private channel of the user's own is the first thing a ticket is for. */
function useTicket() {
  const { user = 'unknown', organizations = [] } = claimsOf(ticket) ?? {};
  const where = organizations.length > 0 ? ` of organisation ${organizations.join(', ')}` : '';
  find('identity').textContent = 'the ticket of this address is not accepted yet';
  sync.on('connection_established', () => {
    find('identity').textContent = `user ${user}${where}, by the ticket of this address`;
  });
  if (organizations.length > 0) subscribe(`oro/email_event/${user}/${organizations[0]}`);
}
