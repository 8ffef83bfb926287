import { Worker } from 'node:worker_threads';
import type { StoreAnswer, StoredRow, StoreRequest } from './store-requests.js';

interface Waiting {
  resolve(rows: readonly StoredRow[]): void;
  reject(error: Error): void;
}

/** The thread with the file. It is asked one thing at a time, and answers in order. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #ended: Error | undefined;

  private constructor(path: string) {
    this.#worker = startWorker(path);
    this.#worker.on('message', (answer: StoreAnswer) => this.#settle(answer));
    this.#worker.on('error', (error: unknown) =>
      this.#end(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', () => this.#end(new Error('the thread of the store has ended')));
  }

  /** Resolves when the file is open. Throws when it cannot be used. */
  static async open(path: string): Promise<StoreThread> {
    const thread = new StoreThread(path);
    await thread.#next();
    return thread;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  ask(request: StoreRequest): Promise<readonly StoredRow[]> {
    const answer = this.#next();
    this.#worker.postMessage(request);
    return answer;
  }

  /** Resolves when the file is closed. */
  async close(): Promise<void> {
    if (!this.ended) await this.ask({ ask: 'close' });
    await this.#worker.terminate();
  }

  #next(): Promise<readonly StoredRow[]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #settle(answer: StoreAnswer): void {
    const waiting = this.#waiting.shift();
    if ('fault' in answer) waiting?.reject(new Error(answer.fault));
    else waiting?.resolve(answer.rows);
  }

  #end(why: Error): void {
    this.#ended ??= why;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}

/** Compiled, or as it is written where TypeScript is run as it is. */
function startWorker(path: string): Worker {
  const isCompiled = import.meta.url.endsWith('.js');
  const file = new URL(isCompiled ? './store-worker.js' : './store-worker.ts', import.meta.url);
  const execArgv = isCompiled ? [] : ['--import', 'jiti/register'];
  return new Worker(file, { workerData: { path }, execArgv });
}
