import picocolors from 'picocolors';
import { terminalText } from '../terminal-text.js';
import type { CliContext } from './program.js';

const LONGEST_INPUT = 65_536;

/** The process itself. A second signal ends it at once. */
export function processContext(): CliContext {
  const color = picocolors.isColorSupported;
  const unread = whenUnread(process.stdout);
  // Whoever read the errors has gone, and cannot be told so.
  void whenUnread(process.stderr);
  return {
    env: process.env,
    color,
    out: (line) => void process.stdout.write(`${terminalText(line, { colored: color })}\n`),
    err: (line) => void process.stderr.write(`${terminalText(line, { colored: color })}\n`),
    input: () => readInput(process.stdin),
    hangUp: (listener) => void process.on('SIGHUP', listener),
    unread: () => unread,
    stopped: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) {
          process.once(signal, () => {
            process.once(signal, () => process.exit(1));
            resolve();
          });
        }
      }),
  };
}

/** Whoever reads a stream may go, as `head` does when it has enough: that is no failure of what is written there. */
function whenUnread(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.on('error', () => resolve()));
}

async function readInput(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LONGEST_INPUT) throw new Error(`there are over ${LONGEST_INPUT} octets on standard input`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
