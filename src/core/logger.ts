import type { LogEvent } from './log-events.js';

/** What a line of the server says beside its text, in words of the glossary. Never a credential. */
export interface LogFields extends Readonly<Record<string, unknown>> {
  readonly event: LogEvent;
}

type Write<F> = (fields: F, message: string) => void;
type Level = 'debug' | 'info' | 'warn' | 'error';

/** Structured log: one event of a closed list, its fields, and a text for people. */
export type Logger = { readonly [L in Level]: Write<LogFields> };

/** The same log for the application's own lines, with fields as it likes. */
export type ApplicationLogger = { readonly [L in Level]: Write<Readonly<Record<string, unknown>>> };

const nothing = () => undefined;

export const NULL_LOGGER: ApplicationLogger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};
