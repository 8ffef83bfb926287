import { beforeEach, describe, expect, it } from 'vitest';
import type { Challenge, Challenger, ProvenIdentity } from '../../../src/core/authenticator.js';
import { RouterError } from '../../../src/core/errors.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import { testUser } from '../../../src/testing.js';
import { type Client, ROLES, World } from './world.js';

/** A question that is posed, and whose answer is checked, when the test says so. */
class Riddle implements Challenger {
  readonly method = 'riddle';
  readonly answers: string[] = [];
  pose: () => void = () => undefined;
  solve: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  readonly #posed: Promise<void>;
  readonly #proof: Promise<ProvenIdentity>;

  constructor() {
    this.#posed = new Promise((resolve) => {
      this.pose = resolve;
    });
    this.#proof = new Promise((resolve, reject) => {
      this.solve = () => resolve({ principal: testUser('7'), extra: { verifier: 'v' } });
      this.fail = reject;
    });
  }

  async challenge(): Promise<Challenge> {
    await this.#posed;
    return { extra: { question: 'who' }, answer: (signature) => this.#check(signature) };
  }

  #check(signature: string): Promise<ProvenIdentity> {
    this.answers.push(signature);
    return this.#proof;
  }
}

let riddle: Riddle;
let world: World;

beforeEach(() => {
  riddle = new Riddle();
  world = new World({ challengers: [riddle] });
});

const hello = (details: object = {}) => [1, 'realm1', { roles: ROLES, ...details }];
const asked = hello({ authmethods: ['riddle'], authid: '7' });

function expectNobody(): void {
  expect(world.server.router.sessions.size).toBe(0);
}

async function expectAbort(client: Client, uri: string, code: number): Promise<void> {
  expect(await client.news()).toEqual([[3, { message: expect.any(String) }, uri]]);
  expect(client.connection.ended?.code).toBe(code);
  expectNobody();
}

describe('a WAMP v2 peer that joins', () => {
  it.each([
    ['no methods', {}],
    ['an empty list of methods', { authmethods: [] }],
    ['anonymous', { authmethods: ['unknown', 'anonymous'] }],
  ])('is nobody in particular with %s', async (_name, details) => {
    const client = world.connect();
    const welcome = await client.join('realm1', { roles: ROLES, ...details });
    expect(welcome[2]).toMatchObject({
      authid: String(client.id),
      authrole: 'anonymous',
      authmethod: 'anonymous',
    });
  });

  it.each([
    ['anonymous', 'transport'],
    ['cookie', 'cookie'],
  ])('is who it was in the handshake with %s, which is called %s', async (offered, said) => {
    const welcome = await world
      .connect(testUser('5'))
      .join('realm1', { roles: ROLES, authmethods: [offered], authid: 'admin' });
    expect(welcome[2]).toMatchObject({ authid: '5', authmethod: said });
  });

  it('is told which methods there are when it offers none of them', async () => {
    const client = world.connect();
    client.send(hello({ authmethods: ['ticket', 'cookie'] }));
    await expectAbort(client, 'wamp.error.no_matching_auth_method', 4500);
  });

  it('is told to say who it is where nobody may be nobody', async () => {
    world = new World({ authenticator: { method: 'none', authenticate: () => undefined } });
    const client = world.connect();
    client.send(hello());
    await expectAbort(client, 'wamp.error.authentication_required', 4500);
  });

  it('is asked, answers, and is welcomed', async () => {
    const client = world.connect();
    client.send(asked);
    expect(await client.news()).toEqual([]);
    riddle.pose();
    expect(await client.news()).toEqual([[4, 'riddle', { question: 'who' }]]);
    expectNobody();
    client.send([5, 'secret', {}]);
    expect(await client.news()).toEqual([]);
    riddle.solve();
    expect(await client.news()).toEqual([
      [
        2,
        expect.any(Number),
        expect.objectContaining({ authid: '7', authmethod: 'riddle', authextra: { verifier: 'v' } }),
      ],
    ]);
  });

  it.each([
    [new RouterError('unauthorized', 'wrong'), 'wamp.error.authentication_denied', 4500],
    [new RouterError('unavailable', 'the database is away'), 'wamp.error.unavailable', 1000],
    [new Error('secret'), 'wamp.error.authentication_failed', 1000],
  ])('is turned away with %s', async (error, uri, code) => {
    const client = world.connect();
    riddle.pose();
    client.send(asked, [5, 'secret', {}]);
    await client.news();
    riddle.fail(error);
    await expectAbort(client, uri, code);
    expect(client.connection.texts.join()).not.toContain('secret');
  });

  it('may answer once', async () => {
    const client = world.connect();
    riddle.pose();
    client.send(asked);
    await client.news();
    client.send([5, 'first', {}], [5, 'second', {}]);
    riddle.solve();
    const news = await client.news();
    expect(news.map(([type]) => type)).toEqual([2, 3]);
    expect(news[1]?.[2]).toBe('wamp.error.protocol_violation');
    expect(riddle.answers).toEqual(['first']);
    expectNobody();
  });

  it.each([
    ['HELLO', asked],
    ['SUBSCRIBE', [32, 1, {}, 'chat.a']],
    ['GOODBYE', [6, {}, 'wamp.close.normal']],
  ])('ends with %s in place of an answer', async (_name, message) => {
    const client = world.connect();
    riddle.pose();
    client.send(asked);
    await client.news();
    client.send(message);
    await expectAbort(client, 'wamp.error.protocol_violation', 4501);
  });

  it('may give up when it is asked', async () => {
    const client = world.connect();
    riddle.pose();
    client.send(asked);
    await client.news();
    client.send([3, {}, 'wamp.error.authentication_failed']);
    expect(await client.news()).toEqual([]);
    expect(client.connection.ended?.code).toBe(1000);
    expectNobody();
  });

  it('opens no session when it has gone before it was asked', async () => {
    const client = world.connect();
    client.send(asked);
    client.drop();
    riddle.pose();
    expect(await client.news()).toEqual([]);
    expectNobody();
  });

  it('opens no session when it has gone before it was known', async () => {
    const authenticate = () => new Promise<Principal>((resolve) => setImmediate(resolve, ANONYMOUS));
    world = new World({ authenticator: { method: 'anonymous', authenticate } });
    const client = world.connect();
    client.send(hello());
    client.drop();
    await client.news();
    expectNobody();
  });

  it('opens no session when it has gone before its answer was checked', async () => {
    const client = world.connect();
    riddle.pose();
    client.send(asked, [5, 'secret', {}]);
    await client.news();
    client.drop();
    riddle.solve();
    await client.news();
    expectNobody();
  });
});
