/**
 * What one of a kind costs, in CPU microseconds: of a window of `milliseconds` of CPU, after another that warms up. `batch` does
 * `size` of them and answers the CPU microseconds that they took.
 */
export function costOfOne(batch, { size, milliseconds }) {
  windowOf(batch, { size, milliseconds });
  return windowOf(batch, { size, milliseconds });
}

function windowOf(batch, { size, milliseconds }) {
  let done = 0;
  let cpu = 0;
  while (cpu < milliseconds * 1000) {
    cpu += batch();
    done += size;
  }
  return cpu / done;
}
