import type { SeenReload } from '../../core/inspection.js';
import type { Reload, ReloadReport } from '../../core/reload.js';
import { describePlan, describeReload } from '../cli/describe-reload.js';

/** Reloads that are remembered, and lines of each. */
const MOST = 20;
const MOST_LINES = 500;

/** The last reloads. */
export class SeenReloads {
  #kept: readonly SeenReload[] = [];

  /** The newest first. */
  get all(): readonly SeenReload[] {
    return this.#kept;
  }

  add(report: ReloadReport): void {
    this.#kept = [seen(report, describeReload), ...this.#kept.slice(0, MOST - 1)];
  }
}

/** What operators may do about the settings, routes and handlers of this node. */
export class OperatorReload {
  readonly #reload: Reload;

  constructor(reload: Reload) {
    this.#reload = reload;
  }

  /** What a reload would do now. */
  async plan(): Promise<SeenReload> {
    return seen(await this.#reload({ dry: true }), describePlan);
  }

  async reload(): Promise<SeenReload> {
    return seen(await this.#reload(), describeReload);
  }
}

function seen(report: ReloadReport, describe: typeof describeReload): SeenReload {
  const lines = describe(report, { color: false }).split('\n');
  const more = lines.length - MOST_LINES;
  return {
    time: Date.now(),
    applied: report.applied,
    lines: more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} lines more`] : lines,
  };
}
