import { Worker } from 'node:worker_threads';
import type { SearchRequest, StoreAnswer, StoredRows, StoreRequest } from './store-requests.js';

interface Waiting {
  resolve(found: StoredRows): void;
  reject(error: Error): void;
}

/** A thread with the file open. It is asked one thing at a time, and answers in order. */
export class StoreThread {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #end: Error | undefined;

  private constructor(name: string, path: string) {
    this.#worker = startWorker(name, path);
    this.#worker.on('message', (answer: StoreAnswer) => this.#settle(answer));
    this.#worker.on('error', (error: unknown) => this.#fail(error));
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(new Error('the thread of the store has ended'));
        resolve();
      });
    });
  }

  /** Resolves when the file is open. Throws when it cannot be used. */
  static async open(name: string, path: string): Promise<StoreThread> {
    const thread = new StoreThread(name, path);
    await thread.#next();
    return thread;
  }

  ask(request: StoreRequest | SearchRequest): Promise<StoredRows> {
    const answer = this.#next();
    this.#worker.postMessage(request);
    return answer;
  }

  /** Resolves when the file is closed. */
  async close(): Promise<void> {
    // A thread that has ended has closed it.
    await this.ask({ ask: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
  }

  #next(): Promise<StoredRows> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #settle(answer: StoreAnswer): void {
    const waiting = this.#waiting.shift();
    if ('fault' in answer) waiting?.reject(new Error(answer.fault));
    else waiting?.resolve(answer);
  }

  #fail(error: unknown): void {
    this.#end ??= error instanceof Error ? error : new Error(String(error));
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}

/** Compiled, or as it is written where TypeScript is run as it is. */
function startWorker(name: string, path: string): Worker {
  const isCompiled = import.meta.url.endsWith('.js');
  const file = new URL(`./${name}.${isCompiled ? 'js' : 'ts'}`, import.meta.url);
  const execArgv = isCompiled ? [] : ['--import', 'jiti/register'];
  return new Worker(file, { workerData: { path }, execArgv });
}
