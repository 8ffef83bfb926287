import { KEY } from '../test/support/server.js';

/** The figures of `/metrics` of a node, by name; those with labels under their sums. */
export async function metricsOf(url: string): Promise<ReadonlyMap<string, number>> {
  const headers = { authorization: `Bearer ${KEY}` };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}
