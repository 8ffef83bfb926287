import { readFileSync } from 'node:fs';

/** Descriptors kept for files, the broker and what is being refused. */
export const RESERVED_DESCRIPTORS = 128;

/**
 * How many sockets may be open so that the process never runs out of descriptors, which Node does not report: the
 * soft limit less a reserve; without bound where the system does not tell it.
 */
export function socketLimit(): number {
  return Math.max(1, (descriptorLimit() ?? Number.POSITIVE_INFINITY) - RESERVED_DESCRIPTORS);
}

function descriptorLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
