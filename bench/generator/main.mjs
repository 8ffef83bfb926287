/** The process that makes the load: does what its parent says over IPC, one request at a time. */
import { Load } from './load.mjs';

let load;

const requests = {
  async connect(plan) {
    load = new Load(plan);
    return load.connect();
  },
  greet: () => load.greet(),
  measure: (options) => load.measure(options),
  pace: (options) => load.pace(options),
  stall: (options) => load.stall(options),
  release: () => load.release(),
};

process.on('message', async ({ request, options }) => {
  try {
    process.send({ answer: await requests[request](options) });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
