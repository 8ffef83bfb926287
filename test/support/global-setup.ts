import { installChromium } from './chromium.js';
import { openRunFolder } from './run-folder.js';

/** Runs once, before all tests; what it returns runs once after them. */
export function setup(): () => void {
  installChromium();
  return openRunFolder();
}
