/** Notes how long things of one kind take. */
export interface Timing {
  observe(milliseconds: number): void;
}

/** Counts what happens seldom. What happens per message is counted in plain fields and read when asked for. */
export interface Meter {
  /** `name` in Prometheus style; labels only from closed sets, never from what a peer sent. */
  count(name: string, labels?: Readonly<Record<string, string>>): void;
  /** Where what takes time is noted, to be asked for once. Left out where nobody wants to know. */
  timing?(name: string, labels?: Readonly<Record<string, string>>): Timing;
}

export const NULL_METER: Meter = { count: () => undefined };

/** Counts the limit that a refusal names, if it names one. */
export function countLimit(meter: Meter, { limit }: { readonly limit: string | undefined }): void {
  if (limit !== undefined) meter.count('signalbox_limits_reached_total', { limit });
}
