import { switchColours } from './colours.js';
import { followReading } from './contents.js';
import { offerCopies } from './copy.js';
import { openMenu } from './menu.js';
import { openSearch } from './search.js';

switchColours();
openMenu();
offerCopies();
followReading();
openSearch();

reachScrolled();
addEventListener('resize', reachScrolled);

/** What can be scrolled sideways has to be reached by keyboard; what cannot need not be. */
function reachScrolled() {
  for (const box of document.querySelectorAll('pre, .table')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }
}
