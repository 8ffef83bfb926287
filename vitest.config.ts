import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { isBuilt } from './test/support/build.js';
import { LongestFirst } from './test/support/longest-first.js';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What would run the sources by themselves, outside of vitest, runs what was built of them: it starts in a tenth of the time. */
const BUILT = [
  { find: /^jiti$/, replacement: source('./test/support/built-jiti.ts') },
  { find: /^\.\/store-thread\.js$/, replacement: source('./dist/src/stores/store-thread.js') },
];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^signalbox$/, replacement: source('./src/index.ts') },
      { find: /^signalbox\/topics$/, replacement: source('./topics/index.ts') },
      { find: /^signalbox\/testing$/, replacement: source('./src/testing.ts') },
      { find: /^signalbox\/testing\/contracts$/, replacement: source('./src/testing/contracts.ts') },
      ...(isBuilt() ? BUILT : []),
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/plain-summary.ts'],
    pool: 'threads',
    // More than there are cores: most of the time tests wait for servers, browsers and clocks.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    // The first test of a file may have to compile all that it imports while the other core is busy, too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
