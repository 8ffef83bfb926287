export { within } from '../core/within.js';
