import type { LogPolicy } from '../core/message-log.js';
import type { QueuePolicy } from '../core/queue.js';
import type { Route } from '../core/route.js';
import { entryOf, type FileReader } from './file-reader.js';
import { MOST_HISTORY } from './history-reader.js';
import { count, DURATION, ON_OFF, readSection, readValue, type Section, type ValueKind } from './section.js';
import type { Place } from './source-file.js';
import { isNull, type YamlMap } from './yaml-tree.js';

/** What a route says about how its messages reach subscribers, and where they are kept. */
export interface DraftDelivery {
  readonly queue?: QueuePolicy | undefined;
  readonly replay?: number | undefined;
  readonly slow?: Route['slow'];
  readonly log?: LogPolicy | undefined;
  readonly deadLetterAt?: Place | undefined;
}

interface QueueSection {
  readonly size: number;
  readonly ttl: number;
  readonly attempts: number;
  readonly dead_letter: string;
  readonly prefetch: number;
}

const CHANNEL: ValueKind<string> = {
  is: 'a channel such as queue/dead',
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

const QUEUE: Section<QueueSection> = {
  name: 'queue',
  kinds: {
    size: count(1_000_000),
    ttl: DURATION,
    attempts: count(1000),
    dead_letter: CHANNEL,
    prefetch: count(10_000),
  },
  example: 'write queue: { size: 10000, ttl: 1d, attempts: 5, dead_letter: queue/dead, prefetch: 100 }',
};

const LOG: Section<{ readonly ttl: number }> = {
  name: 'log',
  kinds: { ttl: DURATION },
  example: 'write log: true, or log: { ttl: 365d }',
};

const SIZE = 10_000;
const ATTEMPTS = 5;
const PREFETCH = 100;

const SLOW: ValueKind<NonNullable<Route['slow']>> = {
  is: 'disconnect or conflate',
  read: (value) => (value === 'disconnect' || value === 'conflate' ? value : undefined),
};

/** Reads `delivery`, `durable`, `queue`, `replay`, `slow` and `log` of a route. */
export function readDelivery(file: FileReader, route: YamlMap): DraftDelivery {
  const queue = readQueue(file, route);
  const replay = readReplay(file, route);
  checkTogether(file, route, queue !== undefined);
  const slow = readSlow(file, route);
  return { queue, replay, slow, log: readLog(file, route), deadLetterAt: deadLetterPlace(file, route) };
}

function readQueue(file: FileReader, route: YamlMap): QueuePolicy | undefined {
  const delivery = entryOf(route, 'delivery')?.value;
  const kind = { is: 'topic or queue', read: (value: unknown) => isDelivery(value) || undefined };
  const example = 'write delivery: queue';
  if (delivery !== undefined) readValue(file, delivery, { kind, name: 'delivery', example });
  const said = readSection(file, entryOf(route, 'queue')?.value, QUEUE);
  const durable = readDurable(file, route);
  if (delivery?.kind !== 'scalar' || delivery.value !== 'queue') return undefined;
  const { size = SIZE, ttl, dead_letter: deadLetter, prefetch = PREFETCH } = said;
  // Without a place for dead letters nothing is given up for having been tried often.
  const attempts = said.attempts ?? (deadLetter === undefined ? Number.POSITIVE_INFINITY : ATTEMPTS);
  return Object.freeze({ durable, size, ttl, attempts, deadLetter, prefetch });
}

function deadLetterPlace(file: FileReader, route: YamlMap): Place | undefined {
  const queue = entryOf(route, 'queue')?.value;
  const entry = queue?.kind === 'map' ? entryOf(queue, 'dead_letter') : undefined;
  return entry && file.at(entry.value);
}

function isDelivery(value: unknown): boolean {
  return value === 'topic' || value === 'queue';
}

function readDurable(file: FileReader, route: YamlMap): boolean {
  const node = entryOf(route, 'durable')?.value;
  if (node === undefined) return false;
  return readValue(file, node, { kind: ON_OFF, name: 'durable', example: 'write durable: true' }) ?? false;
}

function readReplay(file: FileReader, route: YamlMap): number | undefined {
  const node = entryOf(route, 'replay')?.value;
  if (node === undefined) return undefined;
  return readValue(file, node, { kind: count(MOST_HISTORY), name: 'replay', example: 'write replay: 20' });
}

function readSlow(file: FileReader, route: YamlMap): Route['slow'] {
  const node = entryOf(route, 'slow')?.value;
  if (node === undefined) return undefined;
  return readValue(file, node, { kind: SLOW, name: 'slow', example: 'write slow: conflate' });
}

function readLog(file: FileReader, route: YamlMap): LogPolicy | undefined {
  const node = entryOf(route, 'log')?.value;
  if (node === undefined) return undefined;
  if (node.kind === 'map') return Object.freeze({ ttl: readSection(file, node, LOG).ttl });
  const isOn = readValue(file, node, { kind: ON_OFF, name: 'log', example: LOG.example });
  return isOn === true ? Object.freeze({ ttl: undefined }) : undefined;
}

const NOT_OF_A_QUEUE: Readonly<Record<string, string>> = {
  history: '"history" keeps what was delivered, and a queue forgets it',
  replay: '"replay" keeps what was delivered, and a queue forgets it',
  slow: '"slow" is about subscribers who all get everything, and a queue gives to who is free',
};

/** Keys that mean nothing on the other kind of route. */
function checkTogether(file: FileReader, route: YamlMap, isQueue: boolean): void {
  for (const key of isQueue ? ['history', 'replay', 'slow'] : ['durable', 'queue']) {
    const entry = entryOf(route, key);
    if (entry === undefined || isNull(entry.value)) continue;
    const text = isQueue
      ? NOT_OF_A_QUEUE[key]
      : `"${key}" says something about a queue, and this route is none`;
    const hint = isQueue ? 'remove it, or leave out delivery: queue' : 'add delivery: queue';
    file.report('conflicting-keys', entry.keyRange, text ?? '', hint);
  }
}
