import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../support/folder.js';
import { REPOSITORY } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const SETTINGS = `routing: [${REPOSITORY}routing/demo.yml, ${REPOSITORY}routing/chat.yml]
topics: { handlers: ${REPOSITORY}topics }
access: { subscribe: anyone, publish: backend }
listen: { stomp_port: 0 }
auth:
  logins:
    guest: { secret: guest, organizations: ["7"] }
    shop: { secret: the shop's, kind: backend }
`;

const folder = makeFolder({ 'signalbox.yml': SETTINGS });
afterAll(() => rmSync(folder, { recursive: true }));
const server = useServer({ config: join(folder, 'signalbox.yml') });

async function open(): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(server().portOf('stomp'));
  onTestFinished(() => peer.drop());
  return peer;
}

async function log(login: string, passcode: string, version = '1.2'): Promise<StompTestPeer> {
  const peer = await open();
  await peer.connect({ login, passcode, 'accept-version': version });
  return peer;
}

describe('a peer of STOMP', () => {
  it('logs in by the name and secret of a login, and gets what is for that user alone', async () => {
    const peer = await log('guest', 'guest');
    expect(peer.of('CONNECTED')[0]?.headers['user-name']).toBe('guest');
    expect((await peer.ask('SUBSCRIBE', { id: '1', destination: '/topic/chat.user.guest' })).command).toBe(
      'RECEIPT',
    );
  });

  it('publishes by the login of a back end', async () => {
    const [peer, shop] = [await open(), await log('shop', "the shop's")];
    await peer.connect();
    await peer.ask('SUBSCRIBE', { destination: '/topic/demo.sales' });
    expect((await shop.ask('SEND', { destination: '/topic/demo.sales' }, 'Sat Total: $12.50')).command).toBe(
      'RECEIPT',
    );
    await until(() => peer.of('MESSAGE').length > 0);
    expect(peer.of('MESSAGE')[0]?.body).toBe('Sat Total: $12.50');
  });

  it.each([
    ['a wrong passcode', 'CONNECT\nlogin:guest\npasscode:wrong\n\n\0', 'unauthorized'],
    ['a version that there is not', 'CONNECT\naccept-version:9.9\n\n\0', 'bad_request'],
    [
      'a body that is too long',
      `CONNECT\n\n\0SEND\ndestination:x\ncontent-length:99999999\n\n${'x'.repeat(50_000)}`,
      'payload_too_large',
    ],
    ['a command that there is not', 'CONNECT\naccept-version:1.2\n\n\0send\n\n\0', 'bad_request'],
    [
      'a refused request of 1.2',
      'CONNECT\naccept-version:1.2\n\n\0SUBSCRIBE\nid:1\ndestination:no\n\n\0',
      'no_such_route',
    ],
  ])('reads why it is closed for %s, before the end', async (_what, octets, code) => {
    const peer = await open();
    peer.write(octets);
    await until(() => peer.closed !== undefined);
    expect(peer.of('ERROR').at(-1)?.headers['code']).toBe(code);
  });

  it('asks and is answered by another one', async () => {
    const [asking, answering] = [await log('guest', 'guest'), await log('guest', 'guest', '1.1')];
    await answering.ask('SUBSCRIBE', { id: '1', destination: '/topic/demo.requests' });
    asking.send(
      'SEND',
      { destination: 'demo/requests', 'reply-to': '/temp-queue/a', 'correlation-id': '7' },
      'ask',
    );
    await until(() => answering.of('MESSAGE').length > 0);
    const { 'reply-to': destination = '', 'correlation-id': id = '' } =
      answering.of('MESSAGE')[0]?.headers ?? {};
    answering.send(
      'SEND',
      { destination: destination.replaceAll('\\c', ':'), 'correlation-id': id },
      'answer',
    );
    await until(() => asking.of('MESSAGE').length > 0);
    expect(asking.of('MESSAGE')[0]).toMatchObject({
      headers: { subscription: '/temp-queue/a', 'correlation-id': '7' },
      body: 'answer',
    });
  });

  it('leaves nothing behind, however it goes', async () => {
    await eventually(async () => expect(await server().metric('signalbox_sessions')).toBe(0));
    const [dropped, leaving] = [await log('guest', 'guest'), await log('guest', 'guest')];
    for (const peer of [dropped, leaving]) await peer.ask('SUBSCRIBE', { id: '1', destination: 'demo/a' });
    expect(await server().metric('signalbox_sessions')).toBe(2);
    expect((await leaving.ask('DISCONNECT')).command).toBe('RECEIPT');
    dropped.drop();
    await eventually(async () => expect(await server().metric('signalbox_sessions')).toBe(0));
    expect(await server().metric('signalbox_topics')).toBe(0);
  });
});
