import type { Logger } from '../core/logger.js';

/** A line of the log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what is logged. */
export class MemoryLogger implements Logger {
  readonly lines: LogLine[] = [];

  debug(fields: LogLine['fields'], event: string): void {
    this.lines.push({ level: 'debug', event, fields });
  }

  info(fields: LogLine['fields'], event: string): void {
    this.lines.push({ level: 'info', event, fields });
  }

  warn(fields: LogLine['fields'], event: string): void {
    this.lines.push({ level: 'warn', event, fields });
  }

  error(fields: LogLine['fields'], event: string): void {
    this.lines.push({ level: 'error', event, fields });
  }
}
