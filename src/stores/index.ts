export { EmbeddedStore, type EmbeddedStoreParts } from './embedded-store.js';
