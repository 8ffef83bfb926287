import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { type ServerOptions, ServerProcess } from './server.js';

/** One server for all tests of a file; read it through the returned function. */
export function useServer(options: ServerOptions | (() => ServerOptions) = {}): () => ServerProcess {
  let server: ServerProcess | undefined;
  beforeAll(async () => {
    server = await ServerProcess.start(typeof options === 'function' ? options() : options);
  });
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) throw new Error('the server is started before the first test');
    return server;
  };
}

/**
 * The same, a new one for each test: for those that see what was said before. It ends after all that the test began: a page
 * that is still open would hear of its end.
 */
export function useNewServer(options: ServerOptions = {}): () => ServerProcess {
  let server: ServerProcess | undefined;
  beforeEach(async () => {
    const started = await ServerProcess.start(options);
    onTestFinished(() => started.stop());
    server = started;
  });
  return () => {
    if (server === undefined) throw new Error('the server is started before each test');
    return server;
  };
}
