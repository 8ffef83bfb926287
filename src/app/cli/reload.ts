import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeState } from '../../core/cluster.js';
import type { ReloadReport } from '../../core/reload.js';
import { describeConfig } from './application-options.js';
import { describeReload } from './describe-reload.js';
import { ask, refusalOf } from './post.js';
import type { CliCommand } from './program.js';

/** What `GET /api/nodes` answers. */
interface Nodes {
  readonly this: string;
  readonly nodes: readonly NodeState[];
}

/** Milliseconds that other nodes have: to read and build anew, and to say so by their next sign of life. */
const PATIENCE = 10_000;
const INTERVAL = 250;

/** Has a running server read settings, routes and handlers again. */
export const reload: CliCommand = {
  describe: (command) =>
    describeConfig(
      command.description(
        'have a running server read settings, routes and handlers again; nobody is disconnected',
      ),
    )
      .option('--all', 'the other nodes, too, once this one has')
      .option('--json', 'print the answer as JSON')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key (SIGNALBOX_API_KEY)'),
  async run({ options, context }) {
    const answer = await ask('/api/reload', { all: options['all'] === true }, { options, context });
    const report = answer.body as unknown as ReloadReport & { readonly nodes?: number };
    if (report.findings === undefined) throw refusalOf(answer);
    if (options['json'] === true) context.out(JSON.stringify(report, undefined, 2));
    else context.out(describeReload(report, context));
    if (!answer.ok) return 1;
    if (options['all'] !== true) return 0;
    const apart = await nodesApart({ options, context });
    if (apart.length > 0) throw new Error(apartInWords(apart));
    if (options['json'] !== true) context.out(`all nodes serve the same routes: ${report.nodes} were told`);
    return 0;
  },
};

/** Nodes that have other routes than the one that was asked, when the others have had time to read theirs. */
async function nodesApart(how: Parameters<typeof ask>[2]): Promise<readonly string[]> {
  for (const end = Date.now() + PATIENCE; ; await sleep(INTERVAL)) {
    const answer = await ask('/api/nodes', undefined, how);
    if (!answer.ok) throw refusalOf(answer);
    const { this: own, nodes } = answer.body as unknown as Nodes;
    const routes = nodes.find(({ id }) => id === own)?.routes;
    const apart = nodes.filter((node) => node.routes !== routes).map(({ id }) => id);
    if (apart.length === 0 || Date.now() > end) return apart;
  }
}

function apartInWords(ids: readonly string[]): string {
  const others = ids.length === 1 ? `node ${ids[0]} serves` : `nodes ${ids.join(', ')} serve`;
  return `${others} other routes than this one\nlook at their logs: each reads its own files, and refuses them if they have errors`;
}
