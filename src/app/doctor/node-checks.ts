import { RESERVED_DESCRIPTORS } from '../../transports/index.js';
import { askAsBackend, readAsBackend } from './asking.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';

/** Milliseconds without a sign of life, of which there is one every three seconds; after seven a node is dead. */
const SILENT = 4500;
const SKEW = 1000;
const LATE = 200;
/** Which part of its descriptors a server may have open. */
const MOST_OPEN = 0.8;

interface ReportedNode {
  readonly id: string;
  readonly version: string;
  readonly routes: string;
  readonly lag: number;
  readonly heartbeat?: number;
  readonly clock?: number;
}

interface Nodes {
  readonly this: string;
  readonly nodes: readonly ReportedNode[];
}

/** What nodes say of themselves, and of each other. */
export const NODE_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'nodes-differ',
    about: 'server',
    severity: 'error',
    why: 'Whoever comes back to another node is routed, let in or refused by other rules.',
    fix: 'deploy the same version and the same routes to all nodes',
    run: async (patient) => {
      const nodes = (await nodesOf(patient)).nodes;
      const found: string[] = [];
      for (const what of ['version', 'routes'] as const) {
        const values = new Set(nodes.map((node) => node[what]));
        if (values.size > 1) found.push(`${nodes.length} nodes differ in ${what}: ${[...values].join(', ')}`);
      }
      return found;
    },
  },
  {
    name: 'nodes-late',
    about: 'server',
    severity: 'warning',
    why: 'A node whose event loop is late delivers late.',
    fix: 'give it a core of its own, add nodes, and look for handlers that block',
    run: async (patient) =>
      (await nodesOf(patient)).nodes.flatMap(({ id, lag }) =>
        lag > LATE ? [`node ${id} is ${Math.round(lag)} ms late`] : [],
      ),
  },
  {
    name: 'nodes-silent',
    about: 'server',
    severity: 'warning',
    why: 'A node gives a sign of life every three seconds. After seven without one the others take away what it has, and its sessions with it.',
    fix: 'look at its event loop (nodes-late), and at its way to Redis',
    run: async (patient) =>
      (await nodesOf(patient)).nodes.flatMap(({ id, heartbeat = 0 }) =>
        heartbeat > SILENT ? [`node ${id} gave its last sign of life ${Math.round(heartbeat)} ms ago`] : [],
      ),
  },
  {
    name: 'nodes-clock',
    about: 'server',
    severity: 'error',
    why: 'A ticket that one node takes is not valid yet, or not any more, on another one.',
    fix: 'run a time service (chrony, systemd-timesyncd) on all machines',
    run: async (patient) => {
      const { this: asked, nodes } = await nodesOf(patient);
      const now = timeOf(nodes.find(({ id }) => id === asked));
      if (now === undefined) throw new NotExamined('the nodes do not tell their clocks: they are older ones');
      return nodes.flatMap((node) => {
        const skew = (timeOf(node) ?? now) - now;
        if (Math.abs(skew) < SKEW) return [];
        return [`the clock of node ${node.id} is ${Math.round(skew)} ms from that of node ${asked}`];
      });
    },
  },
  {
    name: 'server-descriptors',
    about: 'server',
    severity: 'error',
    why: 'Each connection takes a descriptor of the server; it refuses connections where there are none left.',
    fix: 'raise LimitNOFILE of its unit or ulimit -n, or lower limits.connections',
    run: async (patient) => {
      const { body } = await askAsBackend(patient, '/metrics');
      const most = figure(body, 'process_max_fds');
      const open = figure(body, 'process_open_fds');
      if (most === undefined || open === undefined)
        throw new NotExamined('the server does not tell: it runs on no Linux');
      const needed = patient.application.settings.limits.connections + RESERVED_DESCRIPTORS;
      return [
        ...(most < needed
          ? [`it may have ${most}, and limits.connections with what else is open needs ${needed}`]
          : []),
        ...(open > most * MOST_OPEN ? [`${open} of ${most} are open`] : []),
      ];
    },
  },
];

function nodesOf(patient: Patient): Promise<Nodes> {
  return readAsBackend<Nodes>(patient, '/api/nodes');
}

/** What its clock says now. */
function timeOf({ clock, heartbeat = 0 }: Partial<ReportedNode> = {}): number | undefined {
  return clock === undefined ? undefined : clock + heartbeat;
}

/** One figure of the Prometheus text format. */
function figure(text: string, name: string): number | undefined {
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}
