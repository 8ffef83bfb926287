import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.js';
import { run } from '../support/run.js';
import { CLIENTS, DEBIAN_PYTHON, stompClients } from '../support/stomp-clients.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { stompServer } from '../support/stomp-server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer(stompServer);
const port = () => String(server().portOf('stomp'));
const broker = () => `tcp://127.0.0.1:${port()}`;

/** A peer that is connected and has subscribed. */
async function listener(destination: string): Promise<StompTestPeer> {
  const peer = await StompTestPeer.webSocket(`${server().url.replace('http', 'ws')}/stomp`);
  onTestFinished(() => peer.drop());
  await peer.connect({ 'accept-version': '1.2' });
  await peer.ask('SUBSCRIBE', { id: 's', destination });
  return peer;
}

describe.skipIf(!stompClients.php)("PHP's stomp extension", () => {
  it('reads from a queue what it sent there before, acknowledges it and ends', async () => {
    const args = [`${CLIENTS}php-stomp.php`, broker(), '/queue/foo', 'bar'];
    expect(await run('php', args)).toEqual({ code: 0, stdout: 'MESSAGE /queue/foo bar\n', stderr: '' });
    // It has been acknowledged: a second run finds its own message and no other.
    expect((await run('php', [...args.slice(0, 3), 'baz'])).stdout).toBe('MESSAGE /queue/foo baz\n');
  });

  it('brings a sale to a dashboard, octet by octet', async () => {
    const dashboard = await listener('/topic/sales.one');
    const sale = 'Sat, 28 Nov 2026 Total: $12.50 Items: 3 – 東京\nsecond line';
    const { code } = await run('php', [`${CLIENTS}php-order.php`, broker(), '/topic/sales.one', sale]);
    expect(code).toBe(0);
    await until(() => dashboard.of('MESSAGE').length > 0);
    const [message] = dashboard.of('MESSAGE');
    expect(message?.body).toBe(sale);
    expect(message?.headers['content-length']).toBe(String(Buffer.byteLength(sale)));
  });

  it('places an order without the dashboard where nobody listens, and where somebody never answers', async () => {
    const order = (to: number) =>
      run('php', [`${CLIENTS}php-order.php`, `tcp://127.0.0.1:${to}`, '/topic/sales.one', 'x']);
    expect((await order(await freePort())).stdout).toBe('order placed, dashboard not told\n');
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    await until(() => silent.address() !== null);
    const { port: deaf } = silent.address() as { port: number };
    expect((await order(deaf)).stdout).toBe('order placed, dashboard not told\n');
  });
});

describe.skipIf(!stompClients.ruby)('the stomp gem of Ruby', () => {
  it("publishes with a receipt to a user's destination, where a page sees it", async () => {
    const page = await listener('/topic/user.7');
    const args = [`${CLIENTS}ruby-stomp.rb`, port(), 'system', 'manager', '/topic/user.7', '/queue/jobs'];
    const { code, stdout, stderr } = await run('ruby', args);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `RECEIPT for the welcome\n${[0, 1, 2].map((n) => `MESSAGE /queue/jobs job ${n}\n`).join('')}`,
      stderr: '',
    });
    await until(() => page.of('MESSAGE').length > 0);
    expect(page.of('MESSAGE').map(({ body }) => body)).toEqual(['Welcome']);
  });
});

describe.skipIf(!stompClients.python)('stomp.py', () => {
  it.each(['1.0', '1.1', '1.2'])('does all it can in version %s', async (version) => {
    const args = [`${CLIENTS}stomp_py.py`, port(), version, 'guest', 'guest', `/queue/python.${version}`];
    expect(await run(DEBIAN_PYTHON, args)).toEqual({ code: 0, stdout: `all of ${version}\n`, stderr: '' });
  });
});

describe.skipIf(!stompClients.perl)("Perl's Net::Stomp", () => {
  it('sends with receipts and reads one message at a time', async () => {
    const args = [`${CLIENTS}net-stomp.pl`, port(), 'guest', 'guest', '/queue/perl'];
    const messages = [1, 2, 3].map((n) => `MESSAGE /queue/perl job ${n}\n`).join('');
    expect(await run('perl', args)).toEqual({ code: 0, stdout: `session known\n${messages}`, stderr: '' });
  });
});

describe.skipIf(!(stompClients.telnet && stompClients.python))('somebody with telnet', () => {
  it('connects, sends to a name without prefix, and leaves with a receipt', async () => {
    const { code, stdout } = await run(DEBIAN_PYTHON, [
      `${CLIENTS}telnet.py`,
      port(),
      ...['type CONNECT\\n\\n^@', 'show CONNECTED'],
      ...['type SEND\\ndestination:testSTOMP\\nreceipt:123\\n\\nhello\\n^@', 'show receipt-id:123'],
      ...['type DISCONNECT\\nreceipt:124\\n\\n^@', 'show receipt-id:124'],
    ]);
    expect(code).toBe(0);
    const answers = stdout.split('^@\n').filter((text) => /^(CONNECTED|RECEIPT|ERROR)/.test(text));
    const [connected = '', ...receipts] = answers;
    const headers = connected
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(':')[0]);
    expect(headers.sort()).toEqual(['heart-beat', 'server', 'session', 'version']);
    expect(connected).toMatch(/^version:1\.0$/m);
    expect(connected).toMatch(/^server:signalbox\/\S+$/m);
    expect(receipts).toEqual(['RECEIPT\nreceipt-id:123\n\n', 'RECEIPT\nreceipt-id:124\n\n']);
    // The server ended the connection, not telnet.
    expect(stdout).toContain('Connection closed by foreign host');
  });
});
