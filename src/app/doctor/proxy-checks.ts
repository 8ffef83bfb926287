import { setTimeout as sleep } from 'node:timers/promises';
import { channelOf, failure, readAsBackend, urlOf } from './asking.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';
import { firstOctet, get, openWebSocket, streamEnds } from './probe.js';

/** Milliseconds to the first octet of a stream. */
const FIRST_OCTET = 3000;
/** An address that nobody has. [RFC 5737 §3] */
const NOBODY = '192.0.2.77';
/** Seconds that a request of `/api/poll` may wait. */
const LONGEST_POLL = 60;

/** What stands between the peers and the server. */
export const PROXY_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'websocket-idle',
    about: 'server',
    severity: 'error',
    why: 'A proxy that cuts idle connections makes every peer come back again and again.',
    fix: 'raise proxy_read_timeout, or the idle timeout of the balancer, above limits.ping',
    run: async (patient) => {
      const wait = waitOf(patient);
      const socket = await openWebSocket(urlOf(patient), { path: '/ws', subprotocol: 'wamp' });
      if (socket.status !== 101) throw new NotExamined('no connection can be opened');
      const begun = performance.now();
      await Promise.race([sleep(wait), socket.ended]);
      const was = socket.isOpen();
      socket.close();
      if (was) return enough(patient, 'ping');
      return [`an idle connection was cut after ${Math.round(performance.now() - begun)} ms`];
    },
  },
  {
    name: 'stream-buffered',
    about: 'server',
    severity: 'error',
    why: 'A proxy that gathers the answer keeps Server-Sent Events until it has enough.',
    fix: 'set proxy_buffering off for /sse',
    run: async (patient) => {
      const { status, time } = await firstOctet(urlOf(patient), streamOf(patient), FIRST_OCTET);
      if (status !== undefined && status !== 200) throw new NotExamined(`/sse answers ${status}`);
      return time === undefined ? [`nothing of a stream has come within ${FIRST_OCTET} ms`] : [];
    },
  },
  {
    name: 'stream-idle',
    about: 'server',
    severity: 'error',
    why: 'A proxy that cuts streams on which little happens makes every page begin them again and again.',
    fix: 'raise proxy_read_timeout, or the timeout of the balancer, above limits.ping for /sse',
    run: async (patient) => {
      const path = streamOf(patient);
      const { status, time } = await streamEnds(urlOf(patient), path, waitOf(patient));
      if (status !== 200) throw new NotExamined(`/sse answers ${status ?? 'nothing'}`);
      return time === undefined ? enough(patient, 'ping') : [`a stream was cut after ${Math.round(time)} ms`];
    },
  },
  {
    name: 'request-cut',
    about: 'server',
    severity: 'error',
    why: 'Requests that wait, as of /api/poll and WAMP by long-poll, end in an error each time.',
    fix: 'raise proxy_read_timeout, or the timeout of the balancer, above limits.long_poll and what clients wait at /api/poll',
    run: async (patient) => {
      const wait = Math.min(LONGEST_POLL, Math.floor(waitOf(patient) / 1000));
      const path = `/api/poll?channel=${encodeURIComponent(channelOf(patient))}`;
      const first = await get(urlOf(patient), path).catch(failure);
      if (first.status !== 200)
        throw new NotExamined(`/api/poll answers ${first.status}: it takes a channel with a history`);
      const { since } = JSON.parse(first.body) as { readonly since: string };
      const before = performance.now();
      const patience = (wait + 5) * 1000;
      const held = await get(
        urlOf(patient),
        `${path}&since=${encodeURIComponent(since)}&wait=${wait}s`,
        {},
        { patience },
      ).catch(failure);
      const took = ((performance.now() - before) / 1000).toFixed(1);
      return held.status === 200
        ? enough(patient, 'longPoll')
        : [`a request that waits ${wait} s is answered ${held.status} after ${took} s`];
    },
  },
  {
    name: 'forwarded-address',
    about: 'server',
    severity: 'error',
    why: 'Limits, blocks and the log go by the address of the peer: where that is the proxy, all peers share the limits of one; where peers can choose it, they have none.',
    fix: 'have the proxy append to X-Forwarded-For, and name in listen.trusted_proxies its address, and no other',
    run: async (patient) => {
      const headers = { 'x-forwarded-for': NOBODY };
      const localAddress = otherAddress(urlOf(patient));
      const { address, forwarded } = await readAsBackend<SeenPeer>(patient, '/api/peer', headers, {
        localAddress,
      });
      return judge({ address, forwarded });
    },
  },
];

/** Who the server takes the doctor for, who has said to be `NOBODY`. */
interface SeenPeer {
  readonly address: string;
  readonly forwarded: readonly string[];
}

function judge({ address, forwarded }: SeenPeer): readonly string[] {
  const own = forwarded.at(-1);
  if (own === undefined)
    return [`the proxy does not pass X-Forwarded-For on: the server sees ${address} for everybody`];
  if (address === NOBODY) {
    // A machine of one's own may be trusted, and then says what it likes.
    if (own === NOBODY || isInside(own))
      throw new NotExamined(
        'the server trusts the machine that asks: ask from another one, by the public address',
      );
    return [`the server takes ${own} for a proxy: whoever says another address has it`];
  }
  // Nobody has added anything: there is no proxy, or one that passes on what peers say, and is not trusted.
  if (own === NOBODY || forwarded.includes(address)) return [];
  return [`the server does not trust the proxy, and sees ${address} for everybody`];
}

/** A proxy on this machine has the address that this process would have: Linux has more of them. */
function otherAddress({ hostname }: URL): string | undefined {
  return process.platform === 'linux' && hostname === '127.0.0.1' ? '127.0.0.2' : undefined;
}

function isInside(address: string): boolean {
  return /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd])/i.test(address);
}

function streamOf(patient: Patient): string {
  return `/sse?channel=${encodeURIComponent(channelOf(patient))}`;
}

/** Throws `NotExamined` where nothing is to be waited for. */
function waitOf(patient: Patient): number {
  urlOf(patient);
  const { wait } = patient;
  if (wait === 0) throw new NotExamined('say --wait 90s to keep a connection open');
  return wait;
}

const NAMES = { ping: 'limits.ping', longPoll: 'limits.long_poll' } as const;

/** Nothing was found. Throws `NotExamined` where nothing was to be said for longer than was waited for: that proves nothing. */
function enough({ wait, application }: Patient, limit: keyof typeof NAMES): readonly string[] {
  const { [limit]: silence } = application.settings.limits;
  if (wait > silence) return [];
  throw new NotExamined(
    `nothing was cut within ${wait} ms, but ${NAMES[limit]} is ${silence} ms: say a longer --wait`,
  );
}
