/**
 * The goals of the work loads; `row` is that of the table in docs/benchmarks.md. Each compares signalbox with
 * another server measured in the same rounds: `ours` is what our cost may be of theirs at most, `theirs` what
 * theirs must be of ours at least.
 */
export const GOALS = [
  { row: 1, work: 'lock 1000', against: 'net-write', ours: 1.25 },
  { row: 2, work: 'fanout 100', against: 'net-concat', ours: 1.2 },
  { row: 2, work: 'fanout 1000', against: 'net-concat', ours: 1.2 },
  { row: 4, work: 'fanout 100', against: 'socket-io', theirs: 20 },
  { row: 4, work: 'fanout 100', against: 'nats', theirs: 1.1 },
  { row: 5, work: 'fanout 1000', against: 'socket-io', theirs: 5 },
  { row: 5, work: 'fanout 1000', against: 'nats', theirs: 1 },
  { row: 6, work: 'fanout 5000', against: 'socket-io', theirs: 1.8 },
  { row: 6, work: 'fanout 5000', against: 'nats', theirs: 1.2 },
  { row: 6, work: 'fanout 5000', against: 'net-write', theirs: 0.75 },
  { row: 7, work: 'many 5000', against: 'socket-io', theirs: 2 },
  { row: 7, work: 'many 5000', against: 'nats', theirs: 1.3 },
  { row: 7, work: 'many 5000', against: 'net-write', theirs: 0.7 },
  { row: 8, work: 'inbound 0', against: 'socket-io', theirs: 4 },
  { row: 8, work: 'inbound 0', against: 'nats', theirs: 0.5 },
  { row: 8, work: 'inbound 1', against: 'socket-io', theirs: 4 },
  { row: 8, work: 'inbound 1', against: 'nats', theirs: 0.5 },
  { row: 9, work: 'idle 10000', against: 'socket-io', ours: 0.6 },
  { row: 9, work: 'idle 10000', against: 'nats', ours: 0.4 },
];

/** Row 9 also has a bound of its own: KB of resident memory for each idle connection. */
export const IDLE_KILOBYTES = { row: 9, work: 'idle 10000', atMost: 8 };
