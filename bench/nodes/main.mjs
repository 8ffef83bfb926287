/** The process that makes the load of nodes: does what its parent says over IPC, one request at a time. */
import { deliveredUnderCuts } from './cut-load.mjs';
import { RateLoad } from './rate-load.mjs';

let load;

const requests = {
  async join(plan) {
    load = await RateLoad.start(plan);
  },
  measure: (how) => load.measure(how),
  cuts: (plan) => deliveredUnderCuts(plan),
};

process.on('message', async ({ request, options }) => {
  try {
    process.send({ answer: (await requests[request](options)) ?? null });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on('disconnect', () => process.exit());
