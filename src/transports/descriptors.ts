import { readFileSync } from 'node:fs';

/** Descriptors kept for files, the broker and what is being refused. */
const RESERVE = 128;

/**
 * How many sockets may be open so that the process never runs out of descriptors, which Node does not report: the
 * soft limit less a reserve, where the system tells it.
 */
export function socketLimit(wanted: number): number {
  const available = descriptorLimit();
  return available === undefined ? wanted : Math.min(wanted, Math.max(1, available - RESERVE));
}

function descriptorLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
