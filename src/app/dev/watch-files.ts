import { watch } from 'chokidar';

/** Milliseconds without a change after which those before count as one: editors write in several steps. */
const QUIET = 150;
/** Folders below one that is watched. */
const DEEPEST = 16;
const IGNORED = /(?:^|\/)(?:node_modules|\.git)(?:\/|$)/;

export interface WatchOptions {
  /** Whether a file counts; all do if absent. */
  readonly concerns?: (file: string) => boolean;
  /** Told once that changes may be missed from now on. */
  readonly failed: (error: unknown) => void;
}

/** What is watched. */
export interface FileWatch {
  /** Watches more; what is watched already stays. */
  add(paths: readonly string[]): void;
  end(): Promise<void>;
}

/** Calls back after files at or below some paths have changed, once for all that change in quick succession. */
export async function watchFiles(
  paths: readonly string[],
  changed: () => void,
  { concerns = () => true, failed }: WatchOptions,
): Promise<FileWatch> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch([...paths], {
    ignoreInitial: true,
    depth: DEEPEST,
    ignored: (path, stats) => IGNORED.test(path) || (stats?.isFile() === true && !concerns(path)),
  });
  let hasFailed = false;
  watcher.on('error', (error) => {
    if (!hasFailed) failed(error);
    hasFailed = true;
  });
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET);
  });
  await new Promise((resolve) => watcher.once('ready', () => resolve(undefined)));
  return {
    add: (more) => void watcher.add([...more]),
    async end() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
