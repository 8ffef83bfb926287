#!/usr/bin/env node
/** `node test/wamp2/vectors/run.mjs URL [FILE...] [--serializer json,msgpack,cbor] [--without logins,...] [--realm R]` */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { createJiti } from 'jiti';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    serializer: { type: 'string', default: 'json' },
    without: { type: 'string', default: '' },
    realm: { type: 'string' },
    patience: { type: 'string', default: '3000' },
  },
});
const [url, ...files] = positionals;
if (url === undefined) {
  console.error(
    'usage: run.mjs URL [FILE...] [--serializer json,msgpack,cbor] [--without logins,history] [--realm R]\n' +
      'URL is ws://HOST:PORT/PATH, rawsocket://HOST:PORT, or http://HOST:PORT/PATH for long-poll',
  );
  process.exit(2);
}

const jiti = createJiti(import.meta.url);
const { playVector } = await jiti.import('./driver.ts');
const { ownVectors, readVector } = await jiti.import('./files.ts');

const vectors =
  files.length === 0 ? ownVectors() : new Map(files.map((file) => [basename(file), readVector(file)]));
const serializers = values.serializer.split(',');
const missing = values.without.split(',');
const width = Math.max(...[...vectors.keys()].map((name) => name.length));
const faults = [];
let played = 0;

async function outcome(name, vector, serializer) {
  if (vector.requires?.some((need) => missing.includes(need))) return '-';
  played++;
  try {
    await playVector(url, vector, { serializer, realm: values.realm, patience: Number(values.patience) });
    return 'pass';
  } catch (error) {
    faults.push(`${name}, ${serializer}: ${error.message}`);
    return 'FAIL';
  }
}

console.log(`${''.padEnd(width)}  ${serializers.map((name) => name.padEnd(8)).join('')}`);
for (const [name, vector] of vectors) {
  const cells = [];
  for (const serializer of serializers) cells.push((await outcome(name, vector, serializer)).padEnd(8));
  console.log(`${name.padEnd(width)}  ${cells.join('')}`);
}
console.log(`\n${played - faults.length} of ${played} passed`);
for (const fault of faults) console.log(`\n${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
