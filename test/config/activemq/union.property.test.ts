import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testUser } from '../../../src/testing.js';
import { importText, mapOf, may, serverOf } from './imported.js';

interface Entry {
  readonly kind: 'queue' | 'topic';
  readonly pattern: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
}

const WORDS = ['a', 'b', 'queue'];
const ROLES = ['admins', 'users', 'guests'];

/** ActiveMQ's filter, written as its documentation says it, level by level. */
function matches(pattern: readonly string[], destination: readonly string[]): boolean {
  const [level, ...levels] = pattern;
  if (level === '>') return true;
  if (level === undefined) return destination.length === 0;
  const [first, ...rest] = destination;
  return first !== undefined && (level === '*' || level === first) && matches(levels, rest);
}

/** The roles of all entries that match, as one; none means refused. */
function decides(
  entries: readonly Entry[],
  { kind, levels, right }: { kind: Entry['kind']; levels: readonly string[]; right: 'read' | 'write' },
): (roles: readonly string[]) => boolean {
  const named = entries
    .filter((entry) => entry.kind === kind && matches(entry.pattern.split('.'), levels))
    .flatMap((entry) => entry[right]);
  return (roles) => named.includes('*') || named.some((role) => roles.includes(role));
}

const roleList = fc.uniqueArray(fc.constantFrom(...ROLES, '*'), { maxLength: 2 });

const entryArbitrary: fc.Arbitrary<Entry> = fc
  .record({
    kind: fc.constantFrom('queue' as const, 'topic' as const),
    levels: fc.array(fc.constantFrom('*', '*', ...WORDS), { maxLength: 4 }),
    open: fc.boolean(),
    read: roleList,
    write: roleList,
  })
  .map(({ levels, open, ...entry }) => ({
    ...entry,
    pattern: [...levels, ...(open || levels.length === 0 ? ['>'] : [])].join('.'),
  }))
  // a topic with the channels of a queue is refused
  .filter(({ kind, pattern }) => kind === 'queue' || !pattern.startsWith('queue.'));

const destinationArbitrary = fc
  .record({
    kind: fc.constantFrom('queue' as const, 'topic' as const),
    levels: fc.array(fc.constantFrom(...WORDS, ...WORDS, 'z', '*'), { minLength: 1, maxLength: 5 }),
    right: fc.constantFrom('read' as const, 'write' as const),
    roles: fc.uniqueArray(fc.constantFrom(...ROLES, 'strangers'), { maxLength: 2 }),
  })
  .filter(({ kind, levels }) => kind === 'queue' || levels[0] !== 'queue' || levels.length === 1);

function xmlOf({ kind, pattern, read, write }: Entry): string {
  return `<authorizationEntry ${kind}="${pattern}" read="${read}" write="${write}" admin="admins"/>`;
}

it('imported routes decide as the union of all matching entries', { timeout: 120_000 }, async () => {
  const seen = { yes: 0, no: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(entryArbitrary, { minLength: 2, maxLength: 8, size: 'max' }),
      fc.array(destinationArbitrary, { minLength: 20, maxLength: 40 }),
      async (entries, destinations) => {
        const server = await serverOf(await importText(mapOf(entries.map(xmlOf).join('\n'))));
        for (const destination of destinations) {
          const { kind, levels, right, roles } = destination;
          const channel = [...(kind === 'queue' ? ['queue'] : []), ...levels].join('/');
          const expected = decides(entries, destination)(roles);
          const operation = right === 'read' ? 'subscribe' : 'publish';
          const decided = await may(server, testUser('somebody', { roles }), [operation, channel]);
          expect(decided, `${operation} ${channel} with roles ${roles}`).toBe(expected);
          seen[expected ? 'yes' : 'no'] += 1;
        }
      },
    ),
    { numRuns: 100 },
  );
  // otherwise a wrong test would agree with anything
  expect(seen.yes).toBeGreaterThan(500);
  expect(seen.no).toBeGreaterThan(500);
});
