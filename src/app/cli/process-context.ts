import picocolors from 'picocolors';
import { terminalText } from '../terminal-text.js';
import type { CliContext, ProcessNews } from './program.js';

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
    hear: hearProcess,
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

/**
 * What a promise that nobody waits for comes to is no reason to send all peers away: it has interrupted nothing. An error that was
 * thrown through the server may have.
 */
function hearProcess(news: ProcessNews): void {
  process.on('unhandledRejection', (reason) => news.rejected(reason));
  process.on('uncaughtException', (error) => {
    news.failed(error);
    process.exit(1);
  });
  const printing = process.listeners('warning').filter(({ name }) => name === 'onWarning');
  if (printing.length === 0) return; // node --no-warnings
  for (const listener of printing) process.off('warning', listener);
  const disabled = disabledWarnings();
  process.on('warning', (warning) => {
    const { name, code = name } = warning as NodeJS.ErrnoException;
    if (!disabled.has(name) && !disabled.has(code)) news.warned(warning);
  });
}

/** Names and codes of warnings that `node --disable-warning` is given. */
function disabledWarnings(): ReadonlySet<string> {
  const options = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(' ')];
  const flag = '--disable-warning=';
  return new Set(options.filter((one) => one.startsWith(flag)).map((one) => one.slice(flag.length)));
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
