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

// What can be scrolled sideways has to be reached by keyboard; what cannot need not be.
for (const box of document.querySelectorAll('pre, .table'))
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
