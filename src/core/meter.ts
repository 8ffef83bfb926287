/** Counts what happens seldom. What happens per message is counted in plain fields and read when asked for. */
export interface Meter {
  /** `name` in Prometheus style; labels only from closed sets, never from what a peer sent. */
  count(name: string, labels?: Readonly<Record<string, string>>): void;
}

export const NULL_METER: Meter = { count: () => undefined };

/** Counts the limit that a refusal names, if it names one. */
export function countLimit(meter: Meter, { limit }: { readonly limit: string | undefined }): void {
  if (limit !== undefined) meter.count('signalbox_limits_reached_total', { limit });
}
