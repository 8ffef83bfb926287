/** What the kernel knows about a process and its children. Linux only: it reads /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** The process and all its descendants. */
export function processTree(pid) {
  const found = [pid];
  for (const parent of found) {
    for (const thread of threads(parent)) {
      const children = read(`/proc/${parent}/task/${thread}/children`).trim();
      if (children !== '') found.push(...children.split(' ').map(Number));
    }
  }
  return found;
}

/** Microseconds of CPU that the processes have used, all threads, by the scheduler's own count. */
export function cpuMicroseconds(pids) {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of threads(pid)) {
      nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ', 1)[0]);
    }
  }
  return nanoseconds / 1000;
}

/** Resident memory of the processes in KB. */
export function residentKilobytes(pids) {
  let sum = 0;
  for (const pid of pids) sum += Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  return sum;
}

function threads(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Threads end while one looks: an unreadable file counts as nothing. */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
