import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { admittingChallenger, authenticationGuard } from '../../src/authenticators/index.js';
import type { Challenger, ProvenIdentity } from '../../src/core/authenticator.js';
import { RouterError } from '../../src/core/errors.js';
import { testUser } from '../../src/testing.js';
import { presenting } from './attempts.js';
import { answer, claiming, outcome, prove } from './challenges.js';

const JOE: ProvenIdentity = { principal: testUser('joe') };

const wrong = () => new RouterError('unauthorized', 'wrong');

/** Takes the answer "right". */
const plain: Challenger = {
  method: 'plain',
  challenge({ identity }) {
    if (identity === undefined) throw wrong();
    return {
      extra: {},
      answer(signature) {
        if (signature !== 'right') throw wrong();
        return JOE;
      },
    };
  },
};

/** The same, as a challenger that has to look somewhere. */
const slow: Challenger = {
  method: 'slow',
  async challenge(attempt) {
    await sleep(1);
    const { extra, answer: judge } = await plain.challenge(attempt);
    return {
      extra,
      async answer(signature, more) {
        await sleep(1);
        return judge(signature, more);
      },
    };
  },
};

function guarded(inner: Challenger, { authTimeout = 1000 } = {}) {
  const clock = { now: 0 };
  const failedLogins = { rate: 10 / 60, burst: 2 };
  const guard = authenticationGuard({ failedLogins, authTimeout, clock: () => clock.now });
  return { clock, guard, challenger: guard.challenger(inner) };
}

const from = (remoteAddress: string, identity: string | undefined = 'joe') => ({
  ...claiming(identity),
  remoteAddress,
});

describe.each([
  ['at once', plain],
  ['later', slow],
])('where the challenger answers %s', (_when, inner) => {
  const tell = (challenger: Challenger, text: unknown, address = '192.0.2.1') =>
    outcome(prove(challenger, from(address), () => [text]));

  it('an address that gives too many wrong answers is asked nothing any more', async () => {
    const { challenger, clock } = guarded(inner);
    expect(await tell(challenger, 'right')).toBe('user joe');
    expect(await tell(challenger, 'guess')).toBe('unauthorized: wrong');
    expect(await tell(challenger, 'guess')).toBe('unauthorized: wrong');
    expect(await tell(challenger, 'right')).toMatch(/^limit_exceeded: limits.failed_logins/);
    expect(await tell(challenger, 'right', '192.0.2.2')).toBe('user joe');
    clock.now += 6000;
    expect(await tell(challenger, 'right')).toBe('user joe');
  });

  it('many questions at once are not many guesses', async () => {
    const { challenger } = guarded(inner);
    const asked = await Promise.all(
      Array.from({ length: 10 }, () => challenger.challenge(from('192.0.2.1'))),
    );
    const told: string[] = [];
    for (const challenge of asked) told.push(await outcome(answer(challenge, ['guess'])));
    expect(told.filter((text) => text === 'unauthorized: wrong')).toHaveLength(2);
    expect(told.filter((text) => text.startsWith('limit_exceeded'))).toHaveLength(8);
  });

  it('an attempt that is not of the form counts, too', async () => {
    const { challenger } = guarded(inner);
    const formless = async () => {
      const challenge = await challenger.challenge({ ...from('192.0.2.1'), identity: undefined });
      return answer(challenge, ['right']);
    };
    expect(await outcome(formless())).toBe('unauthorized: wrong');
    expect(await outcome(formless())).toBe('unauthorized: wrong');
    expect(await outcome(formless())).toMatch(/^limit_exceeded/);
  });

  it('a question takes one answer', async () => {
    const { challenger } = guarded(inner);
    const challenge = await challenger.challenge(from('192.0.2.1'));
    expect(await outcome(answer(challenge, ['guess']))).toBe('unauthorized: wrong');
    expect(await outcome(answer(challenge, ['right']))).toBe(
      'unauthorized: the question was answered already',
    );
  });

  it('two answers at once are one and a refusal', async () => {
    const { challenger } = guarded(inner);
    const challenge = await challenger.challenge(from('192.0.2.1'));
    const told = await Promise.all([1, 2].map(() => outcome(answer(challenge, ['right']))));
    expect(told.toSorted()).toEqual(['unauthorized: the question was answered already', 'user joe']);
  });

  it.each([null, undefined, 5, true, {}, ['right'], Buffer.from('right'), 'x'.repeat(8193)])(
    'an answer has to be a text that is not endless, not %o',
    async (text) => {
      const { challenger } = guarded(inner);
      expect(await tell(challenger, text)).toBe('unauthorized: the name or what came with it is not known');
    },
  );
});

describe('the guard of challengers', () => {
  it('counts failures together with that of authenticators', async () => {
    const { challenger, guard } = guarded(plain);
    const authenticator = guard.authenticator({
      method: 'key',
      authenticate() {
        throw wrong();
      },
    });
    const attempt = { ...presenting('bearer', 'guess'), remoteAddress: '192.0.2.1' };
    for (let i = 0; i < 2; i++) expect(() => authenticator.authenticate(attempt)).toThrow('wrong');
    expect(() => challenger.challenge(from('192.0.2.1'))).toThrow('limits.failed_logins');
  });

  it('waits for neither question nor answer for ever', async () => {
    const never = () => new Promise<never>(() => undefined);
    const silent = guarded({ method: 'silent', challenge: never }, { authTimeout: 10 }).challenger;
    const late = 'timeout: who you are was not told within limits.auth_timeout of 10 ms';
    expect(await outcome(prove(silent, from('192.0.2.1'), () => ['right']))).toBe(late);
    const mute = guarded(
      { method: 'mute', challenge: () => ({ extra: {}, answer: never }) },
      { authTimeout: 10 },
    ).challenger;
    expect(await outcome(prove(mute, from('192.0.2.1'), () => ['right']))).toBe(late);
  });
});

describe.each([
  ['at once', plain],
  ['later', slow],
])('who is admitted, where the challenger answers %s', (_when, inner) => {
  it('is looked at once more, and counted', async () => {
    const counted: string[] = [];
    const meter = {
      count: (name: string, labels = {}) => void counted.push([name, ...Object.values(labels)].join(' ')),
    };
    const admit = (principal: ProvenIdentity['principal']) => ({ ...principal, expires: 5 });
    const challenger = admittingChallenger(inner, { admit, meter });
    const { principal } = await prove(challenger, claiming('joe'), () => ['right']);
    expect(principal).toMatchObject({ id: 'joe', expires: 5 });
    expect(await outcome(prove(challenger, claiming('joe'), () => ['guess']))).toBe('unauthorized: wrong');
    const refusing = admittingChallenger(inner, {
      meter,
      admit() {
        throw new RouterError('unauthorized', 'the credential was withdrawn');
      },
    });
    expect(await outcome(prove(refusing, claiming('joe'), () => ['right']))).toContain('withdrawn');
    expect(counted.map((text) => text.replace(inner.method, 'METHOD'))).toEqual([
      'signalbox_auth_challenges_total METHOD accepted',
      'signalbox_auth_challenges_total METHOD refused',
      'signalbox_auth_challenges_total METHOD refused',
    ]);
  });

  it('is counted as failed where it cannot be told', async () => {
    const outcomes: (string | undefined)[] = [];
    const meter = {
      count: (_name: string, labels: Readonly<Record<string, string>> = {}) =>
        void outcomes.push(labels['outcome']),
    };
    const admit = () => {
      throw new RouterError('unavailable', 'later');
    };
    const challenger = admittingChallenger(inner, { admit, meter });
    expect(await outcome(prove(challenger, claiming('joe'), () => ['right']))).toBe('unavailable: later');
    expect(outcomes).toEqual(['failed']);
  });
});
