import { setTimeout as sleep } from 'node:timers/promises';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';
import { certificateOf, firstOctet, get, openWebSocket } from './probe.js';

const SKEW = 2000;
const DAYS = 86_400_000;
const LEAST_DAYS = 14;
/** Milliseconds to the first octet of a stream. */
const FIRST_OCTET = 3000;

/** Each way in, by sub-protocol and path. */
const WAYS: readonly (readonly [path: string, subprotocol: string])[] = [
  ['/ws', 'wamp'],
  ['/ws', 'wamp.2.json'],
  ['/ws', 'wamp.2.msgpack'],
  ['/ws', 'wamp.2.cbor'],
  ['/ws', 'v12.stomp'],
];

interface ReportedNode {
  readonly id: string;
  readonly version: string;
  readonly routes: string;
  readonly lag: number;
}

/** What a running server says, through whatever stands before it. */
export const SERVER_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'server-reachable',
    about: 'server',
    severity: 'error',
    why: 'Nobody gets there.',
    fix: 'check that the server runs, and the address',
    run: async (patient) => {
      const { status } = await get(urlOf(patient), '/healthz').catch(failure);
      return status === 200 ? [] : [`${urlOf(patient).origin}/healthz answers ${status}`];
    },
  },
  {
    name: 'server-ready',
    about: 'server',
    severity: 'error',
    why: 'Balancers send nobody here.',
    fix: 'look at broker and load in what /readyz says, and at the log',
    run: async (patient) => {
      const { status, body } = await get(urlOf(patient), '/readyz').catch(failure);
      return status === 200 ? [] : [`/readyz answers ${status} ${body.slice(0, 200)}`];
    },
  },
  {
    name: 'server-clock',
    about: 'server',
    severity: 'error',
    why: 'Tickets and JSON Web Tokens made here are not valid yet there, or not any more.',
    fix: 'run a time service (chrony, systemd-timesyncd) on both machines',
    run: async (patient) => {
      const before = Date.now();
      const { headers } = await get(urlOf(patient), '/healthz').catch(failure);
      if (headers['date'] === undefined) throw new NotExamined('the answer has no date');
      // The header is of whole seconds.
      const skew = Date.parse(String(headers['date'])) + 500 - (before + Date.now()) / 2;
      return Math.abs(skew) < SKEW ? [] : [`its clock is ${Math.round(skew)} ms from this one`];
    },
  },
  {
    name: 'websocket',
    about: 'server',
    severity: 'error',
    why: 'Pages cannot connect.',
    fix: 'pass the headers Upgrade and Connection on in the proxy (proxy_http_version 1.1), and its path',
    run: async (patient) => {
      const found: string[] = [];
      for (const [path, subprotocol] of WAYS) {
        const { status, agreed, close } = await openWebSocket(urlOf(patient), { path, subprotocol });
        close();
        if (status !== 101) found.push(`${path} with ${subprotocol} answers ${status} in place of 101`);
        else if (agreed !== subprotocol) found.push(`${path} with ${subprotocol} agrees on ${agreed}`);
      }
      return found;
    },
  },
  {
    name: 'websocket-origin',
    about: 'server',
    severity: 'error',
    why: 'Browsers say where a page is from, and the server refuses pages of other origins.',
    fix: 'add the origin to origins in the settings',
    run: async (patient) => {
      const url = urlOf(patient);
      const { status, close } = await openWebSocket(url, {
        path: '/ws',
        subprotocol: 'wamp',
        origin: url.origin,
      });
      close();
      return status === 101 ? [] : [`a page of ${url.origin} is answered ${status}`];
    },
  },
  {
    name: 'websocket-idle',
    about: 'server',
    severity: 'error',
    why: 'A proxy that cuts idle connections makes every peer come back again and again.',
    fix: 'raise proxy_read_timeout, or the idle timeout of the balancer, above limits.ping',
    run: async (patient) => {
      if (patient.wait === 0) throw new NotExamined('say --wait 60s to keep a connection open');
      const socket = await openWebSocket(urlOf(patient), { path: '/ws', subprotocol: 'wamp' });
      if (socket.status !== 101) throw new NotExamined('no connection can be opened');
      await Promise.race([sleep(patient.wait), socket.ended]);
      const was = socket.isOpen();
      socket.close();
      return was ? [] : [`an idle connection was cut within ${patient.wait} ms`];
    },
  },
  {
    name: 'stream-buffered',
    about: 'server',
    severity: 'error',
    why: 'A proxy that gathers the answer keeps Server-Sent Events until it has enough.',
    fix: 'set proxy_buffering off for /sse',
    run: async (patient) => {
      if (patient.channel === undefined) {
        throw new NotExamined('say --channel with a channel that anyone may subscribe to');
      }
      const path = `/sse?channel=${encodeURIComponent(patient.channel)}`;
      const { status, time } = await firstOctet(urlOf(patient), path, FIRST_OCTET);
      if (status !== undefined && status !== 200) throw new NotExamined(`/sse answers ${status}`);
      return time === undefined ? [`nothing of a stream has come within ${FIRST_OCTET} ms`] : [];
    },
  },
  {
    name: 'certificate',
    about: 'server',
    severity: 'error',
    why: 'Browsers refuse the connection, and do not tell the page why.',
    fix: 'renew the certificate, and send the whole chain',
    run: async (patient) => {
      const url = urlOf(patient);
      if (url.protocol !== 'https:') throw new NotExamined('the address is not https');
      const { validTo, fault } = await certificateOf(url);
      const days = Math.floor((validTo - Date.now()) / DAYS);
      if (days < 0) return [`the certificate has expired on ${new Date(validTo).toISOString()}`];
      if (fault !== undefined) return [`the certificate is not trusted: ${fault}`];
      return days < LEAST_DAYS ? [`the certificate expires in ${days} days`] : [];
    },
  },
  {
    name: 'nodes-differ',
    about: 'server',
    severity: 'error',
    why: 'Whoever comes back to another node is routed, let in or refused by other rules.',
    fix: 'deploy the same version and the same routes to all nodes',
    run: async (patient) => {
      const nodes = await nodesOf(patient);
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
      (await nodesOf(patient)).flatMap(({ id, lag }) =>
        lag > 200 ? [`node ${id} is ${Math.round(lag)} ms late`] : [],
      ),
  },
];

function urlOf({ url }: Patient): URL {
  if (url === undefined) throw new NotExamined('say --url with the address of the server');
  return url;
}

async function nodesOf(patient: Patient): Promise<readonly ReportedNode[]> {
  if (patient.key === undefined) throw new NotExamined('say --key, or set SIGNALBOX_API_KEY');
  const { status, body } = await get(urlOf(patient), '/api/nodes', {
    authorization: `Bearer ${patient.key}`,
  }).catch(failure);
  if (status !== 200) throw new NotExamined(`/api/nodes answers ${status}`);
  return (JSON.parse(body) as { readonly nodes: readonly ReportedNode[] }).nodes;
}

function failure(error: Error & { readonly code?: string }): never {
  throw new Error(`no answer: ${error.code ?? error.message}`);
}
