import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { cli } from '../support/cli.js';
import { OPCODE } from '../support/raw-websocket.js';
import { KEY } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();
const OWN = 'oro/email_event/5/7';

async function open(ticket?: string): Promise<Autobahn> {
  const address =
    ticket === undefined ? server().webSocketUrl() : `${server().webSocketUrl()}?ticket=${ticket}`;
  const page = await Autobahn.connect(address);
  onTestFinished(() => page.socket.destroy());
  return page;
}

function command(...args: readonly string[]) {
  return cli([...args, '--url', server().url]);
}

/** Code and reason of the closing frame. */
function farewell({ socket: { frames } }: Autobahn): readonly [number, string] {
  const close = frames.find(({ opcode }) => opcode === OPCODE.close)?.payload ?? Buffer.alloc(2);
  return [close.readUInt16BE(0), close.subarray(2).toString()];
}

async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const response = await fetch(`${server().url}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return response.json();
}

describe('the sessions of a user', () => {
  it('lose at once what new rights do not cover, hear of it, and get it back when asked for again', async () => {
    const page = await open(server().ticket('5', ['7']));
    page.subscribe(OWN);
    await page.settle();
    expect(await post('/api/rights', { user: '5', roles: [], organizations: ['8'] })).toEqual({
      sessions: 1,
    });
    await server().publish(OWN, { secret: true });
    await until(() => page.errors.some(([, id]) => id === OWN));
    expect(page.errors.at(-1)).toMatchObject([
      4,
      OWN,
      OWN,
      `only owner may subscribe on ${OWN}`,
      { code: 403, error: 'forbidden', event: 'onSubscribe' },
    ]);
    expect(page.events(OWN)).toEqual([]);

    const { code, stdout } = await command('rights', 'user:5', '--org', '7');
    expect([code, JSON.parse(stdout)]).toEqual([0, { sessions: 1 }]);
    page.unsubscribe(OWN);
    page.subscribe(OWN);
    await page.settle();
    await server().publish(OWN, { secret: false });
    await until(() => page.events(OWN).length > 0);
    expect(page.events(OWN)).toEqual([{ secret: false }]);
  });

  it('are ended at once by a command, and earlier tickets do not bring them back', async () => {
    const early = server().ticket('55', ['7']);
    const [page, other] = [
      await open(server().ticket('55', ['7'])),
      await open(server().ticket('56', ['7'])),
    ];
    page.subscribe('oro/email_event/55/7');
    other.subscribe('oro/email_event/56/7');
    await page.settle();
    await other.settle();
    const { code, stdout } = await command('disconnect', 'user:55', '--reason', 'you were logged out');
    expect([code, JSON.parse(stdout)]).toEqual([0, { disconnected: 1 }]);
    await server().publish('oro/email_event/55/7', { secret: true });
    await until(() => page.hangup !== undefined);
    expect(farewell(page)).toEqual([4503, 'you were logged out']);
    expect(page.events('oro/email_event/55/7')).toEqual([]);

    const late = await open(early);
    await until(() => late.hangup !== undefined);
    expect(farewell(late)).toEqual([
      4500,
      expect.stringMatching(/^bad credentials: the credential was withdrawn \(r-[0-9a-f]+\)$/),
    ]);
    await server().publish('oro/email_event/56/7', { still: 'here' });
    await until(() => other.events('oro/email_event/56/7').length > 0);
  });
});
