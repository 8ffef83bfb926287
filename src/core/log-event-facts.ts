/** What a word in the field `event` of a log line stands for. */
export interface LogEventFacts {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly means: string;
  /** Fields beside `time`, `level`, `event`, `msg`. */
  readonly fields: readonly string[];
}
