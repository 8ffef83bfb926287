/** Median, least and greatest of a list of numbers. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** Spread of the ratio of two series that were measured in turn: round by round, so that a slow minute hits both. */
export function pairedRatio(numerators, denominators) {
  const rounds = Math.min(numerators.length, denominators.length);
  return spread(Array.from({ length: rounds }, (_, i) => numerators[i] / denominators[i]));
}

/** Three significant digits, without an exponent. */
export function digits(value) {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  if (Math.abs(value) >= 1e4) return `${Math.round(value / 1000)}k`;
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(value < 0.01 ? 2 : 3);
}

export function spreadText({ median, min, max }) {
  return min === max ? digits(median) : `${digits(median)} (${digits(min)}-${digits(max)})`;
}
