import { watch } from 'chokidar';

/** Milliseconds without a change after which those before count as one: editors write in several steps. */
const QUIET = 150;

/** Calls back after files below some paths have changed. Returns the function that ends it. */
export async function watchFiles(
  paths: readonly string[],
  changed: () => void,
): Promise<() => Promise<void>> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch([...paths], {
    ignoreInitial: true,
    ignored: /(?:^|\/)(?:node_modules|\.git)(?:\/|$)/,
  });
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET);
  });
  await new Promise((resolve) => watcher.once('ready', () => resolve(undefined)));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
