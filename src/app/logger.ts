import { pino } from 'pino';
import type { Logger } from '../core/logger.js';

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Fields that never reach a log line, however they got into one. */
const SECRETS = ['ticket', 'bearer', 'key', 'secret', 'password', 'authorization'];

/** JSON lines on the error stream, so that standard output carries only what programs read. */
export function createLogger({ level }: LogSettings): Logger {
  return pino(
    {
      level,
      base: null,
      redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
      serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
