import type { MaybePromise } from './maybe-promise.js';

/**
 * Runs `task` every `milliseconds`; a run is left out while the one before it lasts. A failure goes to `failed` and
 * the next run comes all the same. Returns the stop.
 */
export function every(
  milliseconds: number,
  task: () => MaybePromise<void>,
  failed: (error: unknown) => void,
): () => void {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void run();
  }, milliseconds);
  // On Node a timer alone is no reason for a process to live.
  (timer as { unref?: () => void }).unref?.();
  async function run(): Promise<void> {
    try {
      await task();
    } catch (error) {
      failed(error);
    } finally {
      running = false;
    }
  }
  return () => clearInterval(timer);
}
