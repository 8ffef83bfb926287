import { Worker } from 'node:worker_threads';
import { RouterError } from '../core/errors.js';

/** What a digest is made of, beside the secret. */
export interface DigestParts {
  readonly nonce: string;
  readonly created: string;
  /** The stored password hash of the user, or the secret for nobody in particular. */
  readonly password: string;
}

interface Asker {
  readonly resolve: (digest: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs in the worker: the digest of Symfony's MessageDigestPasswordHasher with SHA-512, base64 and 5,000 rounds over
 * `nonce|created|password`, salted with the secret. One takes some ten milliseconds.
 */
const WORKER = `
const { hash } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const ROUNDS = 5000;
parentPort.on('message', ({ id, text }) => {
  const salted = Buffer.from(text + '{' + workerData.secret + '}');
  const block = Buffer.concat([Buffer.alloc(64), salted]);
  let digest = hash('sha512', salted, 'buffer');
  for (let round = 1; round < ROUNDS; round++) {
    digest.copy(block);
    digest = hash('sha512', block, 'buffer');
  }
  parentPort.postMessage({ id, digest: digest.toString('base64') });
});`;

/**
 * Makes the digests of OroSyncBundle's tickets, one after the other in a thread of its own, which starts with the
 * first and does not keep the process alive.
 */
export class OroDigests {
  readonly #secret: string;
  readonly #queue: number;
  readonly #asked = new Map<number, Asker>();
  #worker: Worker | undefined;
  #count = 0;

  /** `queue` is how many may be waited for. Throws `RangeError` for a secret that Symfony does not take as a salt. */
  constructor({ secret, queue }: { readonly secret: string; readonly queue: number }) {
    if (secret === '' || /[{}]/.test(secret)) {
      throw new RangeError(
        'auth.oro.secret is empty or has a brace: it has to be the kernel.secret of OroPlatform',
      );
    }
    this.#secret = secret;
    this.#queue = queue;
  }

  /** Rejects with `unavailable` when `queue` digests are waited for already, or the thread ends. */
  digest({ nonce, created, password }: DigestParts): Promise<string> {
    if (this.#asked.size >= this.#queue) return Promise.reject(tooMany(this.#queue));
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      worker.postMessage({ id, text: `${nonce}|${created}|${password}` });
    });
  }

  /** Ends the thread; who still waits is refused. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#ended(worker);
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { eval: true, execArgv: [], workerData: { secret: this.#secret } });
    worker.on('message', ({ id, digest }: { id: number; digest: string }) => {
      this.#asked.get(id)?.resolve(digest);
      this.#asked.delete(id);
    });
    worker.on('error', (cause) => this.#ended(worker, cause));
    worker.on('exit', () => this.#ended(worker));
    worker.unref();
    return worker;
  }

  /** The next digest starts another thread. */
  #ended(worker: Worker | undefined, cause?: unknown): void {
    if (worker === undefined || this.#worker !== worker) return;
    this.#worker = undefined;
    const error = new RouterError('unavailable', 'the ticket cannot be checked now', { cause });
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}

function tooMany(queue: number): RouterError {
  return new RouterError(
    'unavailable',
    `more than ${queue} Oro tickets wait to be checked (auth.oro.queue)`,
    {
      limit: 'auth.oro.queue',
    },
  );
}
