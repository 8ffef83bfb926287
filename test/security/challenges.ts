import { Container } from 'inversify';
import { sign as signCryptosign } from 'wampy/cryptosign.js';
import { sign as signCra } from 'wampy/wampcra.js';
import { bindIdentity } from '../../src/app/identity.js';
import { PARTS, TOKENS } from '../../src/app/tokens.js';
import { MemoryReplayCache } from '../../src/authenticators/index.js';
import { loadSettings } from '../../src/config/index.js';
import type { Challenge, Challenger } from '../../src/core/authenticator.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { answer, claiming, outcome } from '../authenticators/challenges.js';
import { publicKeyOf } from '../authenticators/logins.js';
import { testFolder } from '../support/folder.js';
import type { AttackTopic } from './attack.js';
import { premise, summary } from './outcomes.js';

const SECRET = 'the secret of joe, who has a long one';
const SEED = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510';
const NONCE = 'egVDf3DMJh0=';
const REFUSED = 'unauthorized: the name or what came with it is not known';

const SETTINGS = `
auth:
  logins:
    joe: { secret: "${SECRET}", iterations: 100 }
    ann: { secret: "another secret of another one", iterations: 100 }
    sensor: { keys: ${publicKeyOf(SEED)} }
limits: { failed_logins: false }
`;

/** The methods that a server with these settings offers; no protocol stands before them. */
async function methods(settingsText = SETTINGS): Promise<(method: string) => Challenger> {
  const folder = testFolder({ 'signalbox.yml': settingsText });
  const { settings } = await loadSettings({ file: `${folder}/signalbox.yml`, env: {} });
  const container = new Container();
  container.bind(TOKENS.logger).toConstantValue(NULL_LOGGER);
  container.bind(TOKENS.meter).toConstantValue(NULL_METER);
  container.bind(PARTS.replays).toConstantValue(new MemoryReplayCache({ size: 100 }));
  bindIdentity(container, settings);
  const offered = container.get(PARTS.challengers);
  return (method) => {
    const found = offered.find((challenger) => challenger.method === method);
    if (found === undefined) throw new Error(`${method} is not offered`);
    return found;
  };
}

const ask = (challenger: Challenger, name: string, pubkey = publicKeyOf(SEED)) =>
  Promise.resolve(challenger.challenge(claiming(name, { nonce: NONCE, pubkey })));

const signed = async ({ extra }: Challenge, secret = SECRET): Promise<string> =>
  signCra(secret)('wampcra', extra as never);

const told = (challenge: Challenge, signature: unknown, extra?: unknown) =>
  outcome(answer(challenge, [signature, extra]));

export const challenges: AttackTopic = {
  title: 'Questions and answers',
  attacks: [
    {
      id: 'Q1',
      attack: 'Signs the question with another secret, with none, or with the key of another pair',
      ancestor: '–',
      ours: REFUSED,
      async run() {
        const method = await methods();
        const question = () => ask(method('wampcra'), 'joe');
        const [first, second] = [await question(), await question()];
        const pair = await ask(method('cryptosign'), 'sensor');
        const foreign = signCryptosign('ab'.repeat(32))('cryptosign', pair.extra as never);
        return summary([
          await told(first, await signed(first, 'a secret of its own')),
          await told(second, ''),
          await told(pair, foreign),
        ]);
      },
    },
    {
      id: 'Q2',
      attack: 'Overhears an answer, and gives it to the same question, or to its own',
      ancestor: '–',
      ours: `unauthorized: the question was answered already / ${REFUSED}`,
      async run() {
        const cra = (await methods())('wampcra');
        const [heard, own] = [await ask(cra, 'joe'), await ask(cra, 'joe')];
        const signature = await signed(heard);
        premise((await told(heard, signature)) === 'user joe', 'the answer is right');
        return summary([await told(heard, signature), await told(own, signature)]);
      },
    },
    {
      id: 'Q3',
      attack: 'Lets somebody else sign the question that it was asked itself, under its own name',
      ancestor: '–',
      ours: REFUSED,
      async run() {
        const cra = (await methods())('wampcra');
        const [joes, ...anns] = await Promise.all(['joe', 'ann', 'ann'].map((name) => ask(cra, name)));
        const signatures = await Promise.all([joes, anns[1]].map((asked) => asked && signed(asked)));
        return summary(await Promise.all(anns.map((own, i) => told(own, signatures[i]))));
      },
    },
    {
      id: 'Q4',
      attack: 'Finds out which logins exist, by the form of the question, its salt, and the refusal',
      ancestor: '–',
      ours: `the same for all, ${REFUSED}`,
      async run() {
        const method = await methods();
        const results: string[] = [];
        for (const name of ['wampcra', 'wamp-scram', 'cryptosign', 'ticket']) {
          for (const login of ['joe', 'nobody', '__proto__', 'constructor']) {
            const [once, again] = [await ask(method(name), login), await ask(method(name), login)];
            premise(once.extra['salt'] === again.extra['salt'], 'the salt stays');
            const form = Object.entries(once.extra).map(([key, value]) => `${key} ${typeof value}`);
            const length = String(once.extra['salt'] ?? '').length;
            results.push(
              `${name} ${form} ${length} ${await told(once, 'wrong', { nonce: once.extra['nonce'] })}`,
            );
          }
        }
        const distinct = new Set(results);
        const same = distinct.size === 4 ? 'the same for all' : [...distinct].join(' / ');
        return `${same}, ${summary(results.map((text) => text.slice(text.indexOf('unauthorized'))))}`;
      },
    },
    {
      id: 'Q5',
      attack: 'Has a login with a key pair, and chooses a method that asks for a secret, which it has not',
      ancestor: '–',
      ours: REFUSED,
      async run() {
        const method = await methods();
        const results: string[] = [];
        for (const name of ['wampcra', 'wamp-scram', 'scram', 'ticket']) {
          for (const text of ['', 'undefined', '00'.repeat(32), publicKeyOf(SEED)]) {
            const challenge = await ask(method(name), 'sensor');
            const signature = name === 'wampcra' && text !== '' ? await signed(challenge, text) : text;
            results.push(await told(challenge, signature, { nonce: challenge.extra['nonce'] }));
          }
        }
        return summary(results);
      },
    },
    {
      id: 'Q6',
      attack: 'Answers with null, numbers, lists, maps, octets, or 10,000 characters',
      ancestor: '–',
      ours: REFUSED,
      async run() {
        const method = await methods();
        const results: string[] = [];
        for (const name of ['wampcra', 'wamp-scram', 'cryptosign', 'ticket']) {
          for (const odd of [null, undefined, 0, [], {}, Buffer.alloc(96), 'x'.repeat(10_000)]) {
            const challenge = await ask(method(name), name === 'cryptosign' ? 'sensor' : 'joe');
            results.push(await told(challenge, odd));
          }
        }
        return summary(results);
      },
    },
    {
      id: 'Q7',
      attack: 'Guesses answers to 30 questions that were asked before the first guess',
      ancestor: '–',
      ours: `20 ${REFUSED}, 10 limit_exceeded`,
      async run() {
        const cra = (await methods(SETTINGS.replace('limits: { failed_logins: false }', '')))('wampcra');
        const asked = await Promise.all(Array.from({ length: 30 }, () => ask(cra, 'joe')));
        const results: string[] = [];
        for (const challenge of asked) results.push(await told(challenge, 'guess'));
        const limited = results.filter((text) => text.startsWith('limit_exceeded'));
        const others = results.filter((text) => !limited.includes(text));
        return `${others.length} ${summary(others)}, ${limited.length} limit_exceeded`;
      },
    },
    {
      id: 'Q8',
      attack: 'Comes with the ticket or the key of somebody else under its own name',
      ancestor: '–',
      ours: REFUSED,
      async run() {
        const method = await methods();
        const pair = await ask(method('cryptosign'), 'joe');
        const sound = signCryptosign(SEED)('cryptosign', pair.extra as never);
        return summary([await told(pair, sound), await told(await ask(method('ticket'), 'ann'), SECRET)]);
      },
    },
  ],
};
