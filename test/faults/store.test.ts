import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Payload } from '../../src/core/payload.js';
import { LastingThread } from '../../src/stores/lasting-thread.js';
import { publication, said } from '../contracts/publications.js';
import { TestStores } from '../stores/stores.js';
import { REPOSITORY, testEnvironment } from '../support/server.js';

const stores = new TestStores();

/** Keeps messages without end, and writes the number of each that is kept. */
const WRITER = `
  import { EmbeddedStore } from '${REPOSITORY}dist/src/stores/index.js';
  import { Payload } from '${REPOSITORY}dist/src/core/payload.js';
  const quiet = () => undefined;
  const store = new EmbeddedStore({
    path: process.argv[1],
    limits: { storePending: 1000, storePendingSize: 2 ** 24, logSearches: 1 },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    meter: { count: quiet },
  });
  await store.open();
  let number = 0;
  const write = async () => {
    for (;;) {
      const key = ++number;
      const publication = { id: String(key), channel: 'chat/1', payload: Payload.of({ text: 'word ' + key }), time: key };
      await Promise.all([
        store.add({ key, publication, attempts: 0 }).then(() => console.log('queue ' + key)),
        store.append(publication, { ttl: undefined }).then(() => console.log('log ' + key)),
      ]);
    }
  };
  for (let writers = 0; writers < 20; writers++) void write();
`;

/** What a process had said to be kept when it was killed. */
async function killedAfter(lines: number): Promise<readonly string[]> {
  const args = ['--input-type=module', '-e', WRITER, stores.path];
  const child = spawn(process.execPath, args, {
    env: testEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  await closed;
  return said;
}

/** A file system of one megabyte; undefined where this user may not make one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-disk-'));
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'signalbox-test', folder]).status === 0;
  onTestFinished(() => {
    if (made) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  if (made) return folder;
  console.log('skipped a full disk: only root may mount a small one');
  return undefined;
}

describe('a store whose process is killed', () => {
  it.each([1, 500, 5000])('has all that it said to have kept, after %d words of it', async (lines) => {
    const kept = await killedAfter(lines);
    expect(kept.length).toBeGreaterThanOrEqual(lines);
    const store = await stores.open();
    const found = new Set((await store.load()).map(({ key }) => `queue ${key}`));
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page = await store.search({ channels: ['chat/1'], text: 'word', after, limit: 1000 });
      for (const {
        publication: { id },
      } of page.lines)
        found.add(`log ${id}`);
      after = page.next;
    }
    expect(kept.filter((line) => !found.has(line))).toEqual([]);
  });
});

describe('a store whose disk is full', () => {
  it('refuses what it cannot keep, has what it kept, and goes on when there is room', async ({ skip }) => {
    const disk = smallDisk();
    if (disk === undefined) return skip();
    const path = join(disk, 'store.db');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(300_000));
    const store = await stores.open({ path });
    const large = publication(Payload.of('x'.repeat(20_000)));
    const kept: number[] = [];
    const fill = async (): Promise<unknown> => {
      for (let key = 1 + (kept.at(-1) ?? 0); ; key++) {
        const added = store.add({ key, publication: large, attempts: 0 });
        const error = await added.catch((thrown: unknown) => thrown);
        if (error !== undefined) return error;
        kept.push(key);
      }
    };
    expect(await fill()).toMatchObject({ code: 'unavailable' });
    const line = store.append(said('x'.repeat(50_000)), { ttl: undefined });
    await expect(line).rejects.toMatchObject({ code: 'unavailable' });
    expect((await store.load()).map(({ key }) => key)).toEqual(kept);
    expect((await store.search({ channels: ['chat/1'], limit: 10 })).lines).toEqual([]);

    rmSync(ballast);
    await store.remove(1);
    const before = kept.length;
    await fill();
    expect(kept.length).toBeGreaterThan(before);
    await store.close();
    const again = await stores.open({ path });
    expect((await again.load()).map(({ key }) => key)).toEqual(kept.slice(1));
  });
});

describe('a thread with the file', () => {
  it('is started anew where it has ended, once for all who ask', async () => {
    const thread = new LastingThread('store-worker', stores.path);
    const first = await thread.open();
    await first.close();
    const asked = [1, 2, 3].map(() => thread.ask({ ask: 'load', after: 0, limit: 1 }));
    expect(await Promise.all(asked)).toEqual(asked.map(() => ({ rows: [], hasMore: false })));
    expect(await thread.open()).not.toBe(first);
    await thread.close();
  });

  it('tells those who ask it later that it has ended', async () => {
    const thread = new LastingThread('store-worker', stores.path);
    const life = await thread.open();
    await life.close();
    await expect(life.ask({ ask: 'load', after: 0, limit: 1 })).rejects.toThrow('has ended');
    await thread.close();
  });
});
