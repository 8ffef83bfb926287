import { failure, urlOf } from './asking.js';
import { type DoctorCheck, NotExamined } from './doctor-check.js';
import { certificateOf, get, openWebSocket } from './probe.js';

const SKEW = 2000;
const DAYS = 86_400_000;
const LEAST_DAYS = 14;
/** Each way in, by sub-protocol and path. */
const WAYS: readonly (readonly [path: string, subprotocol: string])[] = [
  ['/ws', 'wamp'],
  ['/ws', 'wamp.2.json'],
  ['/ws', 'wamp.2.msgpack'],
  ['/ws', 'wamp.2.cbor'],
  ['/ws', 'v12.stomp'],
  ['/stomp', 'v12.stomp'],
];

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
      return [
        ...(fault === undefined ? [] : [`the certificate is not trusted: ${fault}`]),
        ...(days < LEAST_DAYS ? [`the certificate expires in ${days} days`] : []),
      ];
    },
  },
];
