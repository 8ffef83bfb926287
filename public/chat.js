/** The chat at `/chat.html`: a client of the server that it came from. Each module in `chat/` shows one part. */

import { watchAnnouncements } from './chat/announcements.js';
import { goOnAsGuest, showWaysIn, watchIdentity } from './chat/people.js';
import { showPrivates } from './chat/privates.js';
import { showRooms, showRoomsRefused } from './chat/rooms.js';
import { watchSearch } from './chat/search.js';
import { catchUp, current, showTalk, showTalkRefused, watchTalks } from './chat/talks.js';
import { showFailed, watchConnection } from './page/connection.js';
import { nextTicket } from './page/login.js';
import { sync } from './sync.mjs';

sync.configure({ ticket: nextTicket });
sync.on('error', showError);

watchConnection();
watchTalks();
watchSearch({ shown: current, back: showTalk });
watchAnnouncements();
watchIdentity((identity) => {
  showPrivates(identity);
  void showRooms();
  catchUp();
});
showWaysIn();
sync.connect();

function showError(error) {
  if (error.channel === undefined) return showFailed(error, goOnAsGuest);
  if (error.channel === 'chat/rooms') return showRoomsRefused(error);
  showTalkRefused(error);
}
