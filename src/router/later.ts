/** Runs a task after so many milliseconds, unless the returned function is called before. No process lives for it. */
export function later(milliseconds: number, task: () => void): () => void {
  const timer = setTimeout(task, milliseconds);
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer);
}
