import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REPOSITORY } from '../../support/server.js';
import { ownVectors } from './files.js';
import { LAYOUTS, type Message, type Step } from './format.js';

const SCHEMA = [process.env['SIGNALBOX_FIXTURES'], `${REPOSITORY}../shared/fixtures`]
  .map((folder) => `${folder}/wamp-vectors/SCHEMA.json`)
  .find((file) => existsSync(file));
if (SCHEMA === undefined)
  console.log(
    'skipped the schema of the vectors: there is no wamp-vectors in ../shared/fixtures or SIGNALBOX_FIXTURES',
  );

const SENT = new Set(['DISCONNECT', 'JOIN', 'RAW', 'NOTHING', 'CLOSED']);
const KNOWN = new Set(['type', 'lenient', 'wmsg', 'code']);

describe('the sequences', () => {
  const vectors = [...ownVectors()];

  it.skipIf(SCHEMA === undefined)('have the form of the specification', () => {
    const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA ?? '', 'utf8')));
    const faults = vectors.filter(([, vector]) => !schema.safeParse(vector).success).map(([name]) => name);
    expect(faults).toEqual([]);
    expect(schema.safeParse({ ...vectors[0]?.[1], sequence: [] }).success).toBe(false);
  });

  it.each(vectors)('of %s name sessions and attributes that there are', (_, { sessions, sequence }) => {
    const peers = sessions.map(({ session_id }) => session_id);
    expect(sequence.map(({ step }) => step)).toEqual(sequence.map((_, i) => i + 1));
    for (const { from, to, message } of sequence) {
      expect([from, to].filter((end) => end !== 'router' && !peers.includes(end))).toEqual([]);
      expect(unknownAttributes(message)).toEqual([]);
    }
  });

  it('expect events only of what was published before', () => {
    const isPublish = ({ message }: Step) => ['PUBLISH', 'CALL', 'DISCONNECT'].includes(message.type);
    for (const [name, { sequence }] of vectors) {
      const first = sequence.findIndex(({ message }) => message.type === 'EVENT' && !('lenient' in message));
      if (first >= 0 && !name.includes('meta') && !name.includes('kill'))
        expect(sequence.findIndex(isPublish), name).toBeLessThan(first);
    }
  });
});

function unknownAttributes(message: Message): readonly string[] {
  if (SENT.has(message.type)) return [];
  const known = LAYOUTS[message.type]?.attributes ?? [];
  return Object.keys(message).filter((name) => !known.includes(name) && !KNOWN.has(name));
}
