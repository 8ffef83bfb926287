/** Time as it is, whatever a test has made of the global timers since. */
export const REAL = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  Date: globalThis.Date,
  elapsed: performance.now.bind(performance),
};

/** One turn of the loop: what has become due, and all that follows from it without waiting, has happened. */
export function turn(): Promise<void> {
  return new Promise((resolve) => REAL.setImmediate(resolve));
}

/** What has begun has gone as far as it goes without a timer or somebody outside. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await turn();
}
