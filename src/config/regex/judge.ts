import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Diagnostics } from 'recheck';

/** What can be said about an expression that is matched as a whole. */
export type Verdict =
  | { readonly kind: 'safe' }
  | { readonly kind: 'catastrophic'; readonly growth: string; readonly attack: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Milliseconds that one expression may be thought about. */
const LONGEST = 10_000;
/** More, for the worker to start and to give up by itself. */
const GRACE = 4000;
const LONGEST_ATTACK = 60;
const MOST_REMEMBERED = 10_000;
/** Characters of an expression that is remembered. */
const LONGEST_REMEMBERED = 4096;

/**
 * Without bounds of their own, by which steps of the search that are late on a busy machine are taken for slow ones, and an expression that
 * is safe for one that is not.
 */
const NO_OTHER_TIMES = 'incubationTimeout: null, attackTimeout: null';

/**
 * Runs in the worker. The pure JavaScript edition of recheck works wherever Node does; the others start a child
 * process, native or Java, that would outlive the question.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { check } = require(workerData.recheck);
parentPort.on('message', async ({ source, flags, timeout }) => {
  parentPort.postMessage(await check(source, flags, { timeout, ${NO_OTHER_TIMES} }));
});`;

const remembered = new Map<string, Verdict>();

/** The time for all expressions together is over. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** Judges expressions one after the other in a thread of its own, started with the first and ended by `close`. */
export class RegexJudge {
  readonly #end: number;
  #worker: Worker | undefined;

  /** `time` is what all of them together may take, in milliseconds. */
  constructor(time = Infinity) {
    this.#end = performance.now() + time;
  }

  /** `source` has to be anchored already. Rejects with `OutOfTime` alone; what is known already takes no time. */
  async judge(source: string, flags: string): Promise<Verdict> {
    const key = `${flags}/${source}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    if (this.#left <= 0) throw new OutOfTime();
    const verdict = await this.#ask(source, flags);
    if (verdict.kind === 'unknown' && this.#left <= 0) throw new OutOfTime();
    const isKept = remembered.size < MOST_REMEMBERED && key.length <= LONGEST_REMEMBERED;
    if (verdict.kind !== 'unknown' && isKept) remembered.set(key, verdict);
    return verdict;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  get #left(): number {
    return this.#end - performance.now();
  }

  async #ask(source: string, flags: string): Promise<Verdict> {
    try {
      return toVerdict(await this.#answer(source, flags));
    } catch (cause) {
      await this.close();
      return { kind: 'unknown', reason: (cause as Error).message };
    }
  }

  #answer(source: string, flags: string): Promise<Diagnostics> {
    const worker = (this.#worker ??= startWorker());
    const timeout = Math.max(1, Math.min(LONGEST, Math.ceil(this.#left)));
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => settle(() => reject(new Error('it took too long'))), timeout + GRACE);
      const answered = (diagnostics: Diagnostics) => settle(() => resolve(diagnostics));
      const failed = (error: Error) => settle(() => reject(error));
      const settle = (done: () => void) => {
        clearTimeout(deadline);
        worker.off('message', answered).off('error', failed);
        done();
      };
      worker.on('message', answered).on('error', failed);
      worker.postMessage({ source, flags, timeout });
    });
  }
}

function startWorker(): Worker {
  const recheck = createRequire(import.meta.url).resolve('recheck');
  const env = { ...process.env, RECHECK_BACKEND: 'pure' };
  return new Worker(WORKER, { eval: true, env, execArgv: [], workerData: { recheck } });
}

function toVerdict(diagnostics: Diagnostics): Verdict {
  if (diagnostics.status === 'safe') return { kind: 'safe' };
  if (diagnostics.status === 'unknown') return { kind: 'unknown', reason: diagnostics.error.kind };
  const { complexity, attack } = diagnostics;
  const growth =
    complexity.type === 'polynomial' ? `with power ${complexity.degree} of the length` : 'exponentially';
  return { kind: 'catastrophic', growth, attack: shortened(attack.pattern) };
}

function shortened(attack: string): string {
  return attack.length <= LONGEST_ATTACK ? attack : `${attack.slice(0, LONGEST_ATTACK)}...`;
}
