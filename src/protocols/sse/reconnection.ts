/** Milliseconds after which a peer comes back: at least, and how much later at most, so that not all come at once. */
interface Delay {
  readonly least: number;
  readonly spread: number;
}

/** After a loss. */
export const AFTER_LOSS: Delay = { least: 1000, spread: 2000 };
/** After a server has sent everybody away. */
export const AFTER_DRAIN: Delay = { least: 1000, spread: 5000 };

/** A field that says when to come back, different for each stream. [HTML §9.2.6] */
export function retryField({ least, spread }: Delay): string {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  return `retry: ${least + Math.floor((random / 65_536) * spread)}\n`;
}
