/** Announcements, which are heard in no room as well, and the form of those who may make them. */
import { announce, button, find, make } from '../page/dom.js';
import { sync } from '../sync.mjs';

const CHANNEL = 'chat/announcements';

/** Shows the newest one above all rooms until it is put away. */
export function watchAnnouncements() {
  sync.subscribe(CHANNEL, ({ text }) => {
    const notice = find('announced');
    const away = button('Put away', () => {
      notice.hidden = true;
    });
    notice.replaceChildren(make('p', {}, make('strong', {}, 'Announcement: '), String(text)), away);
    notice.hidden = false;
  });
  find('announce').addEventListener('submit', (event) => {
    event.preventDefault();
    sync.publish(CHANNEL, { text: find('announce-text').value });
    event.target.reset();
    announce('announced in all rooms');
  });
}
