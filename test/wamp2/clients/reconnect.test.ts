import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server.js';
import { until } from '../../support/until.js';
import { APPLICATION } from '../application.js';
import { AutobahnClients } from './autobahn-js.js';
import { WampyClients } from './wampy-client.js';

const QUICK = { max_retries: 200, initial_retry_delay: 0.05, max_retry_delay: 0.1, retry_delay_jitter: 0 };

describe('when the server restarts', () => {
  const clients = new AutobahnClients();
  const wampy = new WampyClients();
  afterEach(async () => {
    clients.closeAll();
    await wampy.closeAll();
  });

  const start = async (port: number) => {
    const server = await ServerProcess.start({ ...APPLICATION, args: ['--port', String(port)] });
    onTestFinished(() => server.stop());
    return server;
  };
  /** Ends it as an operator does, or as a fault does, and starts another one at the same port. */
  const restart = async (server: ServerProcess, signal: NodeJS.Signals) => {
    const { port } = server;
    server.signal(signal);
    await server.exit;
    return start(port);
  };

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s, AutobahnJS connects again and can subscribe',
    async (signal) => {
      const server = await start(await freePort());
      const { connection } = await clients.connect(server.webSocketUrl(), 'json', QUICK);
      const inbox: unknown[] = [];
      let joined = 0;
      connection.onclose = () => false;
      connection.onopen = async (session) => {
        await session.subscribe('reconnect/autobahn', ([value]) => inbox.push(value));
        joined++;
      };
      const next = await restart(server, signal);
      await until(() => joined === 1);
      await next.publish('reconnect/autobahn', 'again');
      await until(() => inbox.length === 1);
      expect(inbox).toEqual(['again']);
    },
  );

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s, wampy comes back with its subscriptions',
    async (signal) => {
      const server = await start(await freePort());
      let again = 0;
      const options = {
        autoReconnect: true,
        reconnectInterval: 50,
        maxRetries: 0,
        onReconnectSuccess: () => void again++,
      };
      const { client } = await wampy.connect(server.webSocketUrl(), 'json', options);
      const inbox: unknown[] = [];
      await client.subscribe('reconnect/wampy', ({ argsList }) => void inbox.push(argsList?.[0]));
      const next = await restart(server, signal);
      await until(() => again === 1);
      await until(async () => {
        await next.publish('reconnect/wampy', 'again');
        return inbox.length > 0;
      });
      expect(inbox[0]).toBe('again');
    },
  );
});
