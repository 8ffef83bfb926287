import { connect as plain, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';
import { failure, urlOf } from './asking.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';
import { get, openWebSocket } from './probe.js';

/** Milliseconds for the first words of a server. */
const PATIENCE = 5000;
/** Octets of an answer that are looked at. */
const LONGEST = 4096;

/** What is spoken besides WebSocket and HTTP of the main port. */
export const PORT_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'ways-in',
    about: 'server',
    severity: 'error',
    why: 'Streams of events, and Flash pages by WebSocket, do not get through.',
    fix: 'pass /sse and /xmlsocket on in the proxy, as /ws',
    run: async (patient) => [...(await streamFault(patient)), ...(await xmlSocketFault(patient))],
  },
  {
    name: 'stomp-port',
    about: 'server',
    severity: 'error',
    why: 'Peers that speak STOMP over TCP connect to nobody, or to something else.',
    fix: 'open the port of listen.stomp_port in the firewall and the balancer, and pass its octets on as they are',
    run: async (patient) => {
      const answer = await say(patient, portOf(patient, 'stompPort'), STOMP);
      return isStomp(answer) ? [] : [strange('a CONNECT', answer)];
    },
  },
  {
    name: 'xmlsocket-port',
    about: 'server',
    severity: 'error',
    why: 'Peers that speak XMLSocket connect to nobody, or to something else.',
    fix: 'open the port of listen.xmlsocket_port in the firewall and the balancer, and pass its octets on as they are',
    run: async (patient) => {
      const answer = await say(patient, portOf(patient, 'xmlsocketPort'), POLICY_REQUEST);
      return answer.includes('<cross-domain-policy') ? [] : [strange('a request for the policy', answer)];
    },
  },
];

/** The path is served where a request without a channel is told that one is missing. */
async function streamFault(patient: Patient): Promise<readonly string[]> {
  const { status, body } = await get(urlOf(patient), '/sse').catch(failure);
  // Who may see nothing is told so by the server itself, too.
  const isOwn = status >= 400 && body.startsWith('{"error"');
  return isOwn ? [] : [`/sse answers ${status}, and not in the words of the server`];
}

async function xmlSocketFault(patient: Patient): Promise<readonly string[]> {
  const { listen } = patient.application.settings;
  if (!listen.xmlsocket && listen.xmlsocketPort === undefined) return [];
  const { status, close } = await openWebSocket(urlOf(patient), { path: '/xmlsocket' });
  close();
  return status === 101 ? [] : [`/xmlsocket answers ${status} in place of 101`];
}

/** [STOMP 1.2 §CONNECT] An answer is wanted, not to be let in. */
const STOMP = 'CONNECT\naccept-version:1.2\nhost:doctor\n\n\0';
const POLICY_REQUEST = '<policy-file-request/>\0';

/** Others speak STOMP, too: the server names itself. */
function isStomp(answer: string): boolean {
  return /^(?:CONNECTED|ERROR)\r?\n/.test(answer) && /^server:signalbox/m.test(answer);
}

function strange(asked: string, answer: string): string {
  const [line = ''] = answer.split(/[\r\n\0]/, 1);
  return answer === ''
    ? `${asked} is not answered within ${PATIENCE} ms`
    : `${asked} is answered by something else: ${JSON.stringify(line.slice(0, 60))}`;
}

function portOf(patient: Patient, name: 'stompPort' | 'xmlsocketPort'): number {
  const { listen } = patient.application.settings;
  const { [name]: port } = listen;
  if (port === undefined) throw new NotExamined('it has no port of its own');
  if (port === 0) throw new NotExamined('its port is any free one: the settings do not say which');
  return port;
}

/** What comes as an answer, to its first NUL, its end, or the end of patience. Rejects with the error of the socket. */
function say(patient: Patient, port: number, words: string): Promise<string> {
  const host = urlOf(patient).hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = patient.application.settings.listen.tls !== undefined;
  return new Promise<string>((resolve, reject) => {
    let answer = '';
    const socket: Socket = isSecure
      ? secure({ host, port, ...{ rejectUnauthorized: false } }, begin)
      : plain({ host, port }, begin);
    function begin(): void {
      socket.write(words);
    }
    const timer = setTimeout(() => done(), PATIENCE);
    function done(): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    }
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (answer.includes('\0') || answer.length > LONGEST) done();
    });
    socket.once('end', done);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  }).catch(failure);
}
