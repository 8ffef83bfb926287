/** The page at `/`: a client of the server that it came from. Each module in `page/` shows one part. */
import { showConnection, showRefused } from './page/channels.js';
import { showCommands } from './page/commands.js';
import { showFailed, watchConnection } from './page/connection.js';
import { enterLobby, isElsewhere } from './page/lobby.js';
import { nextTicket } from './page/login.js';
import { showPingConnection, showPingRefused, watchPing } from './page/ping.js';
import { showPublishRefused } from './page/publish.js';
import { watched } from './page/server.js';
import { goOnAsNobody, showOwn, showWaysIn } from './page/somebody.js';
import { watchIdentity } from './page/you.js';
import { sync } from './sync.mjs';

sync.configure({ ticket: nextTicket });
sync.on('error', showError);
sync.on('state', ({ state }) => {
  showConnection(state);
  showPingConnection(state);
});

watchConnection();
watchIdentity(showOwn);
watchPing();
enterLobby();
showCommands();
showWaysIn();
if (watched) void import('./dev.js');

function showError(error) {
  if (error.channel === undefined) return showFailed(error, goOnAsNobody);
  if (error.event !== 'onSubscribe') return showPublishRefused(error);
  if (isElsewhere(error)) return;
  showRefused(error);
  showPingRefused(error);
}
