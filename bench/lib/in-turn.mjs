import { startGenerator } from './launch.mjs';

/**
 * Measures cases in turn, round by round, each against a server and with a generator of its own. A case has a `name`
 * and `start()`, which resolves to a running server; what that says beside `stop` is passed to `prepare` and `also`.
 * These and `measure` answer a request of the generator and its options.
 */
export async function inTurn(main, cases, { rounds, seconds }, { prepare, also, measure }) {
  const samples = new Map(cases.map(({ name }) => [name, []]));
  const running = [];
  try {
    for (const one of cases) {
      const { stop, pid: server, ...address } = await one.start();
      const generator = startGenerator(main);
      running.push({ one, generator, stop });
      for (const request of [prepare, also])
        if (request !== undefined) await generator.ask(...request(one, { ...address, server }));
    }
    for (let round = -1; round < rounds; round++) {
      for (const { one, generator } of running) {
        const [request, more] = measure(one);
        const sample = await generator.ask(request, { seconds, ...more });
        if (round >= 0) samples.get(one.name).push(sample);
      }
    }
  } finally {
    await Promise.all(running.flatMap(({ generator, stop }) => [stop(), generator.stop()]));
  }
  return samples;
}
