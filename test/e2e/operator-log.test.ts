import { expect, it, onTestFinished } from 'vitest';
import { KEY, ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';

interface Line {
  readonly level: number;
  readonly event: string;
}

/** The lines of the log; that this machine is busy does not count, nor that secrets of this repository are short. */
function linesOf({ stderr }: ServerProcess): readonly Line[] {
  const lines = stderr.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
  return lines.filter(({ event }) => !['event_loop_blocked', 'finding'].includes(event));
}

it('the log tells an operator of a start, of peers that were cut off, and of an orderly end, without a secret', async () => {
  const env = { SIGNALBOX_LIMITS_DRAIN: '100ms', SIGNALBOX_DEVELOPMENT: 'false' };
  const server = await ServerProcess.start({ env });
  onTestFinished(() => server.stop());
  const broken = await Wamp2TestPeer.connect(server.webSocketUrl(), 'json');
  broken.say('{');
  await until(() => broken.ending !== undefined);
  const wrong = 'wrong-key-that-nobody-should-see';
  await fetch(`${server.url}/api/publish?key=${wrong}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${wrong}` },
  });
  await Wamp2TestPeer.connect(`${server.webSocketUrl()}?ticket=${wrong}`, 'json').catch(() => undefined);
  const peer = await Wamp2TestPeer.connect(server.webSocketUrl(), 'json');
  await until(() => linesOf(server).some(({ event }) => event === 'credentials_refused'));
  server.process.kill('SIGTERM');
  await server.exit;
  peer.vanish();
  const lines = linesOf(server);
  expect(lines).toMatchObject([
    { event: 'server_started', urls: expect.arrayContaining([server.url]), routes: expect.any(Number) },
    { event: 'connection_cut', code: 4501, remoteAddress: '127.0.0.1' },
    { event: 'request_refused', code: 'unauthorized', path: '/api/publish' },
    { event: 'credentials_refused' },
    { event: 'drain_began', connections: 1 },
    { event: 'server_stopped' },
  ]);
  // Nothing of it is a mistake of the server.
  expect(lines.filter(({ level }) => level > 30)).toEqual([]);
  for (const secret of [wrong, KEY]) expect(server.stderr).not.toContain(secret);
});
