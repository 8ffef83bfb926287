import type { LogEventFacts } from './log-event-facts.js';

/** Events of the process that runs the server, and of what it was started with. */
export const PROCESS_LOG_EVENTS = {
  finding: {
    level: 'warn',
    means:
      'something in settings or routes is wrong, or probably not as meant; after `reload_refused` that is why, and of more than 50 the rest is left out',
    fields: ['finding', 'severity', 'file', 'line', 'column', 'hint'],
  },
  development_mode: {
    level: 'warn',
    means: 'refusals say how they came about, and whoever opens the page can be any user',
    fields: [],
  },
  origins_not_listed: {
    level: 'warn',
    means: 'pages of other addresses than the own one may not connect: list them in origins',
    fields: [],
  },
  node_warning: {
    level: 'warn',
    means: 'Node, or a package, warns of something: what is deprecated, say, or a leak',
    fields: ['error', 'omitted'],
  },
  promise_rejected: {
    level: 'error',
    means:
      'a promise was rejected and nobody catches that: a handler did not wait for it; the server goes on',
    fields: ['error', 'omitted'],
  },
  process_failed: {
    level: 'error',
    means:
      'an error was thrown where nobody could catch it, in a timer of a handler, say; the process ends with 1',
    fields: ['error'],
  },
  stop_failed: {
    level: 'error',
    means: 'not all could be stopped or written in order; the process ends with 1',
    fields: ['error'],
  },
  load_changed: {
    level: 'warn',
    means: 'the level of load is another: see operations.md',
    fields: ['load', 'delay'],
  },
  event_loop_blocked: {
    level: 'warn',
    means:
      'nothing was served for so many milliseconds, a second at least: a handler that does not wait, or the machine; once a minute at most',
    fields: ['ms', 'omitted'],
  },
  tracing_not_recorded: {
    level: 'warn',
    means: 'tracing is on, and nobody has set up what records traces',
    fields: [],
  },
} as const satisfies Readonly<Record<string, LogEventFacts>>;
