const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const OCTETS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Milliseconds of `500ms`, `50s`, `10m`, `2h`, `1d`, or of a plain number of milliseconds. Throws `RangeError`. */
export function parseDuration(text: string | number): number {
  return parse(text, MILLISECONDS, 'a duration such as 500ms, 50s, 10m, 2h or 1d');
}

/** Milliseconds in the largest unit that is exact, such as `10m`. */
export function durationText(milliseconds: number): string {
  const unit = ['d', 'h', 'm', 's'].find((one) => milliseconds % (MILLISECONDS[one] ?? 1) === 0) ?? 'ms';
  return `${milliseconds / (MILLISECONDS[unit] ?? 1)}${unit}`;
}

/** Octets of `64kb`, `1mb`, or of a plain number. Throws `RangeError`. */
export function parseSize(text: string | number): number {
  return parse(text, OCTETS, 'a size such as 512b, 64kb, 1mb or 2gb');
}

function parse(text: string | number, units: Readonly<Record<string, number>>, expected: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(String(text).trim()) ?? [];
  const factor = unit === '' ? 1 : units[unit.toLowerCase()];
  if (digits === undefined || factor === undefined)
    throw new RangeError(`${String(text)} is not ${expected}`);
  return Math.round(Number(digits) * factor);
}
