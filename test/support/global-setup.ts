import { installChromium } from './chromium.js';

/** Runs once, before all tests. */
export function setup(): void {
  installChromium();
}
