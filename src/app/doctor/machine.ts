import { readFile, statfs } from 'node:fs/promises';
import { getHeapStatistics } from 'node:v8';

/** What the checks of the machine look at. */
export interface Machine {
  /** The version of Node, such as `20.19.0`. */
  readonly node: string;
  /** Octets that V8's heap may have. */
  readonly heap: number;
  /** The text of a file such as `/proc/sys/net/core/somaxconn`. Rejects where there is none. */
  read(path: string): Promise<string>;
  /** Octets that are free for everybody in the file system of a file or folder. Rejects where there is none. */
  room(path: string): Promise<number>;
}

/** The machine that this process runs on. */
export const THIS_MACHINE: Machine = {
  node: process.versions.node,
  heap: getHeapStatistics().heap_size_limit,
  read: (path) => readFile(path, 'utf8'),
  async room(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};
