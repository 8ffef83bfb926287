import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../core/connection.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import { LogBudget } from '../core/log-budget.js';
import type { Logger } from '../core/logger.js';
import type { Meter } from '../core/meter.js';
import type { AdmissionLimits } from './admission-limits.js';

/** A connection that its transport can end in the words of its protocol. */
export interface OpenConnection extends Connection {
  end(why: Disconnect): void;
}

/** Milliseconds between two peers that are told to go: they come back elsewhere at the same pace. */
const DRAIN_PAUSE = 20;
/** Milliseconds for what a peer has asked for to be answered before it is told. */
const MOMENT = 200;
/** Milliseconds for the last ones to say goodbye in return. */
const FAREWELL = 1000;

/** What a peer is cut off for, so that an operator sees who it is. */
const FAULTS: ReadonlySet<number> = new Set(
  [DISCONNECT.slowConsumer, DISCONNECT.malformed, DISCONNECT.binary, DISCONNECT.tooLarge].map(
    ({ code }) => code,
  ),
);

/** The connections of one transport, from when they have been admitted to their end. */
export class OpenConnections<C extends OpenConnection> {
  readonly #parts: { readonly admission: AdmissionLimits; readonly logger: Logger; readonly meter: Meter };
  readonly #connections = new Set<C>();
  readonly #lines = new LogBudget();

  constructor(parts: { admission: AdmissionLimits; logger: Logger; meter: Meter }) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#connections.size;
  }

  add(connection: C): void {
    this.#connections.add(connection);
  }

  /** Counts it out, and says in the log and the metrics why; false when that was done before. */
  delete(connection: C, { code, reason }: Disconnect): boolean {
    if (!this.#connections.delete(connection)) return false;
    const { admission, logger, meter } = this.#parts;
    admission.leave(connection.remoteAddress);
    meter.count('signalbox_disconnects_total', { code: String(code) });
    logger.debug({ event: 'connection_ended', connection: connection.id, code, reason }, 'connection ended');
    if (FAULTS.has(code)) this.#tell(connection, { code, reason });
    return true;
  }

  #tell({ id, remoteAddress }: C, why: Pick<Disconnect, 'code' | 'reason'>): void {
    const omitted = this.#lines.spend(Date.now());
    if (omitted === undefined) return;
    const fields = { event: 'connection_cut', connection: id, remoteAddress, ...why } as const;
    this.#parts.logger.info(omitted > 0 ? { ...fields, omitted } : fields, 'connection cut');
  }

  /**
   * Tells every peer to go, spread over `milliseconds` if they are many, and resolves when all are gone. Each is advised to come
   * back at some time within as long again.
   */
  async drain(milliseconds: number): Promise<void> {
    const pause = Math.min(DRAIN_PAUSE, milliseconds / Math.max(1, this.size));
    const moment = Math.min(MOMENT, milliseconds / 10);
    const told: Promise<void>[] = [];
    let due = performance.now();
    for (const connection of this.#connections) {
      if (due - performance.now() > 1) await sleep(due - performance.now());
      told.push(this.#dismiss(connection, moment, randomInt(Math.ceil(milliseconds) + 1)));
      due += pause;
    }
    await Promise.all(told);
    const deadline = performance.now() + Math.min(FAREWELL, milliseconds);
    while (this.size > 0 && performance.now() < deadline) await sleep(5);
    for (const connection of this.#connections) connection.drop(DISCONNECT.draining);
  }

  /** What it has asked for is answered first, as far as that takes no longer than a moment; nothing more of it is read. */
  async #dismiss(connection: C, moment: number, retryAfter: number): Promise<void> {
    connection.pause();
    await sleep(moment);
    connection.resume();
    if (this.#connections.has(connection)) connection.end({ ...DISCONNECT.draining, retryAfter });
  }
}
