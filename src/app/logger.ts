import { type DestinationStream, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Settings } from '../config/index.js';
import type { Logger } from '../core/logger.js';
import { terminalText } from './terminal-text.js';

/** Fields that never reach a log line, however they got into one. */
const SECRETS = [
  ...['ticket', 'token', 'bearer', 'key', 'secret', 'password', 'passcode', 'credential', 'verifier'],
  ...['authorization', 'cookie'],
];

/** Lines on the error stream, so that standard output carries only what programs read. */
export function createLogger(options: Settings['log']): Logger {
  const { level } = options;
  return pino(
    {
      level,
      base: null,
      redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
      serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
    },
    isForPeople(options) ? textLines() : jsonLines(),
  );
}

/** Whether the error stream is read by people, and not by programs that take JSON. */
export function isForPeople({ format }: Settings['log']): boolean {
  return format === 'text' || (format === 'auto' && process.stderr.isTTY === true);
}

/** From now on lines that are less important are left out. */
export function setLevel(logger: Logger, level: Settings['log']['level']): void {
  if ('level' in logger) logger.level = level;
}

/** Peers choose parts of a line, which may be read on a terminal. */
function jsonLines(): DestinationStream {
  const stream = pino.destination({ fd: 2, sync: false });
  return { write: (line) => void stream.write(terminalText(line, { colored: false })) };
}

function textLines(): DestinationStream {
  // Left to itself it looks at standard output, which may be a terminal where this is a file.
  const colorize = process.stderr.isTTY === true && process.stderr.hasColors();
  const translate = pretty.prettyFactory({
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{msg}',
    colorize,
  });
  const stream = pino.destination({ fd: 2, sync: true });
  return { write: (line) => void stream.write(terminalText(translate(line), { colored: colorize })) };
}
