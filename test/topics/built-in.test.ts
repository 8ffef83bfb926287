import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TestPeer, TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';
import { BroadcastTopic } from '../../topics/broadcast.js';
import { PingTopic } from '../../topics/ping.js';
import { ProcedureTopic } from '../../topics/procedure.js';
import { SecuredTopic } from '../../topics/secured.js';

const refused = expect.objectContaining({ code: 'forbidden' });

describe('broadcast', () => {
  it('sends what is published to every subscriber and tells the publisher its id', async () => {
    const server = new TestServer({ routes: [testRoute('a', 'a')], handlers: { a: new BroadcastTopic() } });
    const [sender, receiver] = [server.connect(), server.connect()];
    await receiver.subscribe('a');
    const publication = await sender.publish('a', { n: 1 });
    expect(publication?.id).toMatch(/^[1-9][0-9]{0,15}$/);
    expect(receiver.received).toEqual([{ channel: 'a', payload: { n: 1 } }]);
  });
});

describe('procedure', () => {
  it('is for calls alone: nobody subscribes or publishes, whatever the route says', async () => {
    const server = new TestServer({ routes: [testRoute('p', 'p')], handlers: { p: new ProcedureTopic() } });
    const peer = server.connect(testBackend());
    await expect(peer.subscribe('p')).rejects.toEqual(refused);
    await expect(peer.publish('p', 1)).rejects.toEqual(refused);
    await expect(peer.call('p')).rejects.toMatchObject({ code: 'no_such_procedure' });
  });
});

describe('secured', () => {
  const server = () =>
    new TestServer({
      routes: [
        testRoute('mail', 'mail/{user_id}/{organization_id}', {
          requirements: { user_id: '\\d+', organization_id: { pattern: '\\d+', wildcard: true } },
        }),
        testRoute('due', 'due/{user_id}', { requirements: { user_id: { pattern: '\\d+', wildcard: true } } }),
        testRoute('odd', 'odd/{id}'),
      ],
      handlers: { mail: new SecuredTopic(), due: new SecuredTopic(), odd: new SecuredTopic() },
    });
  const five = testUser('5', { organizations: ['7', '8'] });

  it.each([
    ['the owner in an organisation of theirs', five, 'mail/5/7', true],
    ['the owner in another of theirs', five, 'mail/5/8', true],
    ['the owner in none in particular', five, 'mail/5/*', true],
    ['the owner in a foreign organisation', five, 'mail/5/999', false],
    ['another user', testUser('6', { organizations: ['7'] }), 'mail/5/7', false],
    ['an id that only counts the same', five, 'mail/05/7', false],
    ['an organisation that only counts the same', five, 'mail/5/07', false],
    ['an anonymous peer', undefined, 'mail/5/7', false],
    ['a back end', testBackend('5'), 'mail/5/7', false],
    [
      'user 0, whom the ancestor refused by number',
      testUser('0', { organizations: ['7'] }),
      'mail/5/7',
      false,
    ],
    ['the owner where no organisation is named', five, 'due/5', true],
    ['the literal *, who is nobody', testUser('*'), 'due/*', false],
    ['anybody else on *', five, 'due/*', false],
    ['a route that names no user', testUser('undefined'), 'odd/1', false],
  ])('%s', async (_text, principal, channel, allowed) => {
    const peer = server().connect(principal);
    if (allowed) await expect(peer.subscribe(channel)).resolves.toBeUndefined();
    else await expect(peer.subscribe(channel)).rejects.toEqual(refused);
  });

  it('takes publications from back ends alone, even from the owner', async () => {
    const running = server();
    const owner = running.connect(five);
    await owner.subscribe('mail/5/7');
    for (const principal of [five, testUser('6'), undefined]) {
      await expect(running.connect(principal).publish('mail/5/7', 'forged')).rejects.toEqual(refused);
    }
    await running.connect(testBackend()).publish('mail/5/7', 'real');
    expect(owner.received.map(({ payload }) => payload)).toEqual(['real']);
  });
});

describe('ping', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const heard = ({ received }: TestPeer) => received.map(({ payload }) => payload);

  it('speaks every 50 seconds while somebody listens, and takes nothing from others', async () => {
    const server = new TestServer({ routes: [testRoute('p', 'oro/ping')], handlers: { p: new PingTopic() } });
    const peer = server.connect();
    await peer.subscribe('oro/ping');
    await vi.advanceTimersByTimeAsync(101_000);
    expect(heard(peer)).toEqual(['Connection keep alive', 'Connection keep alive']);
    await expect(server.connect(testBackend()).publish('oro/ping', 'x')).rejects.toEqual(
      expect.objectContaining({ code: 'not_publishable' }),
    );
  });

  it('takes its interval from the settings', async () => {
    const handlers = { p: new PingTopic({ interval: '2s' }) };
    const peer = new TestServer({ routes: [testRoute('p', 'oro/ping')], handlers }).connect();
    await peer.subscribe('oro/ping');
    await vi.advanceTimersByTimeAsync(6500);
    expect(heard(peer)).toHaveLength(3);
    expect(() => new PingTopic({ interval: 'often' })).toThrow('often is not a duration');
  });
});
