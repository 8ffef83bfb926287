import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../support/folder.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const SETTINGS = `
listen: { stomp_port: 0 }
routing: routing.yml
limits: { failed_logins: 5/h }
auth:
  logins:
    system: { secret: manager, roles: [admins] }
    shop: { secret: secret-of-the-shop, kind: backend }
`;
const ROUTING = `
staff: { channel: 'staff', handler: broadcast, access: { subscribe: admins, publish: backend } }
`;

const server = useServer(() => ({
  config: `${makeFolder({ 'signalbox.yml': SETTINGS, 'routing.yml': ROUTING })}/signalbox.yml`,
}));

async function connecting(headers: Readonly<Record<string, string>>): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(server().portOf('stomp'));
  onTestFinished(() => peer.drop());
  peer.send('CONNECT', headers);
  await until(() => peer.of('CONNECTED').length > 0 || peer.of('ERROR').length > 0);
  return peer;
}

function publish(name: string, password: string): Promise<Response> {
  return fetch(`${server().url}/api/publish`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: '{"channel":"staff","payload":1}',
  });
}

describe('a name and a password of the settings', () => {
  it('let a client of STOMP in, who then has the roles of the login', async () => {
    const peer = await connecting({ login: 'system', passcode: 'manager' });
    expect(peer.of('CONNECTED')[0]?.headers).toMatchObject({ version: '1.0' });
    peer.send('SUBSCRIBE', { destination: '/topic/staff', receipt: 'r' });
    await until(() => peer.of('RECEIPT').length > 0);
    expect((await publish('shop', 'secret-of-the-shop')).status).toBe(200);
    await until(() => peer.of('MESSAGE').length > 0);
  });

  it('are looked at together, and too many wrong ones are the last for a while, over every protocol', async () => {
    const guessed = await connecting({ login: 'system', passcode: 'guess' });
    const [error] = guessed.of('ERROR');
    expect(`${error?.headers['message']} ${error?.body}`).toMatch(/not known[\s\S]*auth\.logins/);
    await until(() => guessed.closed !== undefined);
    expect((await publish('nobody', 'manager')).status).toBe(401);
    for (let i = 0; i < 20; i++) await publish('system', `guess ${i}`);
    expect((await publish('shop', 'secret-of-the-shop')).status).toBe(429);
    const right = await connecting({ login: 'system', passcode: 'manager' });
    expect(right.of('CONNECTED')).toEqual([]);
    expect(right.of('ERROR')[0]?.headers).toMatchObject({ code: 'limit_exceeded' });
    expect((await connecting({})).of('CONNECTED')).toHaveLength(1);
  });
});
