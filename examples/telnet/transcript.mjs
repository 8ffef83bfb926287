// Types a session of STOMP 1.0 a line at a time, as a person does at telnet, and prints what both sides say.
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const [port = '61613'] = process.argv.slice(2);

/** What is typed before each answer. */
const TURNS = [
  ['CONNECT', '', '^@'],
  ['SEND', 'destination:demo/lobby', 'receipt:123', '', 'hello^@'],
  ['DISCONNECT', 'receipt:456', '', '^@'],
];
/** Milliseconds between two lines, so that each goes out on its own. */
const PAUSE = 20;

const socket = connect(Number(port), '127.0.0.1').setNoDelay(true).setEncoding('utf8');
let heard = '';
socket.on('data', (text) => {
  heard += text;
});
socket.on('error', ({ message }) => console.error(`no connection to port ${port}: ${message}`));
const ended = new Promise((resolve) => socket.once('close', resolve));

console.log(`$ telnet 127.0.0.1 ${port}`);
for (const lines of TURNS) {
  for (const line of lines) {
    console.log(line);
    socket.write(`${line.replace('^@', '\0')}\r\n`);
    await wait(PAUSE);
  }
  console.log(await nextFrame());
}
await ended;
console.log('Connection closed by foreign host.');

async function nextFrame() {
  while (!heard.includes('\0\n') && !socket.closed) await wait(PAUSE);
  const [frame, ...rest] = heard.split('\0\n');
  heard = rest.join('\0\n');
  return `${frame}^@`;
}
