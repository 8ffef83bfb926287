import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '../support/server.js';

/** A server where anybody may do anything, with logins for every method, history and the meta API. */
export const APPLICATION: ServerOptions = {
  config: fileURLToPath(new URL('./application/signalbox.yml', import.meta.url)),
};
