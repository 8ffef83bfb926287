import { describe, expect, it, vi } from 'vitest';
import { HandshakeGateway } from '../../src/app/gateway.js';
import {
  AnonymousAuthenticator,
  authenticatorChain,
  mintTicket,
  OriginPolicy,
  TicketAuthenticator,
} from '../../src/authenticators/index.js';
import type { Authenticator } from '../../src/core/authenticator.js';
import type { Connection, Handshake } from '../../src/core/connection.js';
import { overLimit, RouterError } from '../../src/core/errors.js';
import { ServerEvents } from '../../src/core/events.js';
import type { LoadLevel } from '../../src/core/load.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import type { Guest, Protocol } from '../../src/core/protocol.js';
import type { Principal } from '../../src/core/session.js';
import { FakeConnection, testUser } from '../../src/testing.js';

const SECRET = 'a secret of more than thirty-two characters';

const chain = authenticatorChain([new TicketAuthenticator({ secret: SECRET }), new AnonymousAuthenticator()]);

class FakeProtocol implements Protocol {
  readonly accepted: Principal[] = [];
  readonly guests: Guest[] = [];
  readonly name: string;
  readonly subprotocols: readonly string[];
  readonly authenticates: boolean;
  readonly paths: readonly string[];

  constructor(name: string, authenticates = false) {
    this.name = name;
    this.subprotocols = [name];
    this.paths = authenticates ? [`/${name}`] : [];
    this.authenticates = authenticates;
  }
  accept(_connection: Connection, guest: Guest) {
    this.guests.push(guest);
    if (guest.principal !== undefined) this.accepted.push(guest.principal);
    return { received: vi.fn(), disconnected: vi.fn(), end: vi.fn() };
  }
}

function setUp(authenticator: Authenticator = chain, more: readonly FakeProtocol[] = []) {
  const [first, second] = [new FakeProtocol('wamp'), new FakeProtocol('other')];
  const asking = new FakeProtocol('asking', true);
  const events = new ServerEvents(NULL_LOGGER);
  const load: { level: LoadLevel } = { level: 0 };
  const rejected = vi.fn();
  const info = vi.fn();
  events.on('client_rejected', rejected);
  const gateway = new HandshakeGateway({
    protocols: [first, second, asking, ...more],
    authenticator,
    origins: new OriginPolicy({
      origins: ['https://app.example.com'],
      listen: { host: '127.0.0.1', port: 8080 },
    }),
    events,
    logger: { ...NULL_LOGGER, info },
    load,
  });
  return { gateway, load, first, second, asking, rejected, info };
}

const handshake = (more: Partial<Handshake> & { path?: string } = {}): Handshake => ({
  remoteAddress: '192.0.2.1',
  url: new URL(`http://signalbox${more.path ?? '/ws'}`),
  headers: {},
  subprotocols: [],
  ...more,
});

describe('the gateway', () => {
  it.each([
    ['no sub-protocol', [], undefined, 'first'],
    ['a known one', ['other'], 'other', 'second'],
    ['the first known one of a list', ['unknown', 'other', 'wamp'], 'other', 'second'],
  ] as const)('chooses the protocol by %s', async (_text, subprotocols, chosen, which) => {
    const parts = setUp();
    const admission = await parts.gateway.admit(handshake({ subprotocols }));
    admission.accept(new FakeConnection());
    expect(admission.subprotocol).toBe(chosen);
    expect(parts[which].accepted).toHaveLength(1);
  });

  it('chooses by the path where no sub-protocol is named, and not where one is', async () => {
    const parts = setUp();
    const enter = async (path: string, subprotocols: readonly string[]) =>
      (await parts.gateway.admit(handshake({ path, subprotocols }))).accept(new FakeConnection());
    await enter('/asking', []);
    expect(parts.asking.guests).toEqual([expect.objectContaining({ subprotocol: undefined })]);
    await enter('/asking', ['other']);
    await enter('/ws', ['asking']);
    await enter('/ws', []);
    expect([parts.first, parts.second, parts.asking].map(({ guests }) => guests.length)).toEqual([1, 1, 2]);
    await expect(enter('/asking', ['mqtt'])).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('takes the newest of sub-protocols that are versions, wherever it is in the list', async () => {
    const stomp = Object.assign(new FakeProtocol('stomp'), {
      subprotocols: ['v12.stomp', 'v11.stomp', 'v10.stomp'],
      newestFirst: true,
    });
    const parts = setUp(chain, [stomp]);
    const choose = async (...subprotocols: readonly string[]) =>
      (await parts.gateway.admit(handshake({ subprotocols }))).subprotocol;
    expect(await choose('v10.stomp', 'v11.stomp', 'v12.stomp')).toBe('v12.stomp');
    expect(await choose('v10.stomp', 'other')).toBe('v10.stomp');
    expect(await choose('other', 'v12.stomp')).toBe('other');
  });

  it('takes the word of a transport that carries one protocol', async () => {
    const { gateway, first, second } = setUp();
    const admission = await gateway.admit(handshake({ path: '/asking', protocol: 'other' }));
    admission.accept(new FakeConnection());
    expect([admission.subprotocol, first.guests.length, second.guests.length]).toEqual([undefined, 0, 1]);
    await expect(gateway.admit(handshake({ protocol: 'xmlsocket' }))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('does not guess a protocol for an unknown sub-protocol', async () => {
    const { gateway, rejected } = setUp();
    await expect(gateway.admit(handshake({ subprotocols: ['mqtt'] }))).rejects.toMatchObject({
      code: 'bad_request',
      hint: 'offer one of wamp, other, asking',
    });
    expect(rejected).toHaveBeenCalledWith(
      expect.objectContaining({ remoteAddress: '192.0.2.1', code: 'bad_request' }),
    );
  });

  it('refuses a foreign page before it looks at credentials', async () => {
    const { gateway } = setUp();
    const headers = { origin: 'https://evil.example' };
    await expect(gateway.admit(handshake({ headers, path: '/ws?ticket=x' }))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      gateway.admit(handshake({ headers: { origin: 'https://app.example.com' } })),
    ).resolves.toBeDefined();
  });

  it('hands the principal of a ticket to the protocol', async () => {
    const { gateway, first } = setUp();
    const ticket = mintTicket({ user: '5', organizations: ['7'], ttl: 60_000 }, SECRET);
    (await gateway.admit(handshake({ path: `/ws?ticket=${ticket}` }))).accept(new FakeConnection());
    (await gateway.admit(handshake({ headers: { authorization: `Bearer ${ticket}` } }))).accept(
      new FakeConnection(),
    );
    (await gateway.admit(handshake())).accept(new FakeConnection());
    expect(first.accepted.map(({ kind, id }) => [kind, id])).toEqual([
      ['user', '5'],
      ['user', '5'],
      ['anonymous', undefined],
    ]);
  });

  it.each(['v1.x.y', 'x', ''])(
    'closes a peer with the bad ticket %j at once, without a session',
    async (ticket) => {
      const { gateway, first } = setUp();
      const connection = new FakeConnection();
      (await gateway.admit(handshake({ path: `/ws?ticket=${ticket}` }))).accept(connection);
      expect(connection.ended).toMatchObject({
        code: 4500,
        reconnect: false,
        reason: expect.stringContaining('bad credentials: '),
      });
      expect(first.accepted).toEqual([]);
      expect(connection.frames).toEqual([]);
    },
  );

  it('fits a long reason and the name of the refusal into a close frame', async () => {
    const { gateway, info } = setUp({
      method: 'verbose',
      authenticate() {
        throw new RouterError('unauthorized', 'é'.repeat(500));
      },
    });
    const connection = new FakeConnection();
    (await gateway.admit(handshake())).accept(connection);
    const { reason = '' } = connection.ended ?? {};
    const [, request] = /^bad credentials: é{40,} \((r-[0-9a-f]{16})\)$/.exec(reason) ?? [];
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
    expect(info).toHaveBeenCalledExactlyOnceWith(
      { event: 'credentials_refused', request, remoteAddress: '192.0.2.1', reason: 'é'.repeat(500) },
      'bad credentials',
    );
  });

  it('refuses before the upgrade who is throttled or could not be judged in time', async () => {
    const { gateway } = setUp({
      method: 'full',
      authenticate() {
        throw overLimit('limits.failed_logins', 'too many');
      },
    });
    await expect(gateway.admit(handshake())).rejects.toMatchObject({
      code: 'limit_exceeded',
      limit: 'limits.failed_logins',
    });
  });

  it('takes nobody while the server drains', async () => {
    const { gateway } = setUp();
    gateway.drain();
    await expect(gateway.admit(handshake())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('takes nobody while the server has too much to do, and says which limit says so', async () => {
    const { gateway, load } = setUp();
    load.level = 1;
    await expect(gateway.admit(handshake())).rejects.toMatchObject({
      code: 'unavailable',
      limit: 'limits.loop_delay',
    });
    load.level = 0;
    await expect(gateway.admit(handshake())).resolves.toBeDefined();
  });
});

describe('the gateway, before a protocol that asks who a peer is by its own words', () => {
  const subprotocols = ['asking'];
  const refused: Authenticator = {
    method: 'http',
    authenticate() {
      throw new RouterError('unauthorized', 'the application refuses the cookie');
    },
  };
  const known: Authenticator = { method: 'http', authenticate: async () => testUser('7') };

  it.each([
    ['where anonymous peers are let in', chain],
    ['where they are not', authenticatorChain([new TicketAuthenticator({ secret: SECRET })])],
  ])('says nothing of a peer that presents nothing, %s', async (_text, authenticator) => {
    const { gateway, asking, rejected } = setUp(authenticator);
    const connection = new FakeConnection();
    (await gateway.admit(handshake({ subprotocols }))).accept(connection);
    const guest = { principal: undefined, subprotocol: 'asking', headers: {} };
    expect(asking.guests).toEqual([{ ...guest, url: handshake().url }]);
    expect(connection.ended).toBeUndefined();
    expect(rejected).not.toHaveBeenCalled();
  });

  it('still decides on a credential that is presented', async () => {
    const { gateway, asking } = setUp();
    const ticket = mintTicket({ user: '5', ttl: 60_000 }, SECRET);
    (await gateway.admit(handshake({ subprotocols, path: `/ws?ticket=${ticket}` }))).accept(
      new FakeConnection(),
    );
    const turnedAway = new FakeConnection();
    (await gateway.admit(handshake({ subprotocols, path: '/ws?ticket=v1.x.y' }))).accept(turnedAway);
    expect(asking.accepted).toEqual([expect.objectContaining({ kind: 'user', id: '5' })]);
    expect(asking.guests).toHaveLength(1);
    expect(turnedAway.ended).toMatchObject({ code: 4500 });
  });

  it('hands over whom the application knows by cookies', async () => {
    const { gateway, asking } = setUp(authenticatorChain([known, new AnonymousAuthenticator()]));
    (await gateway.admit(handshake({ subprotocols }))).accept(new FakeConnection());
    expect(asking.accepted).toEqual([testUser('7')]);
  });

  it('turns away whose cookies the application refuses', async () => {
    const { gateway, asking } = setUp(authenticatorChain([refused, new AnonymousAuthenticator()]));
    const connection = new FakeConnection();
    (await gateway.admit(handshake({ subprotocols }))).accept(connection);
    expect(connection.ended).toMatchObject({ code: 4500 });
    expect(asking.guests).toEqual([]);
  });

  it('changes nothing for the other protocols', async () => {
    const { gateway, first } = setUp(authenticatorChain([new TicketAuthenticator({ secret: SECRET })]));
    const connection = new FakeConnection();
    (await gateway.admit(handshake({ subprotocols: ['wamp'] }))).accept(connection);
    expect(connection.ended).toMatchObject({
      code: 4500,
      reason: expect.stringContaining('credentials are missing'),
    });
    expect(first.guests).toEqual([]);
  });
});
