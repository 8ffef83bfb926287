/** Structured log: one event in words of the glossary, and fields. Never a credential among them. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, event: string): void;
  info(fields: Readonly<Record<string, unknown>>, event: string): void;
  warn(fields: Readonly<Record<string, unknown>>, event: string): void;
  error(fields: Readonly<Record<string, unknown>>, event: string): void;
}

const nothing = () => undefined;

export const NULL_LOGGER: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
