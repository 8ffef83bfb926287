import type { Position } from '../src/core/position.js';
import { Epochs } from './epochs.js';
import { type Gap, placeOf, type Reading, readLog } from './log-reading.js';
import { type Acknowledged, nameOf, type SubscriberLog } from './records.js';

/** Publications that were owed to a subscriber and that it neither got nor was told of, by where they are missing. */
export interface Lost {
  /** Before everything that it got. */
  readonly prefix: number;
  /** Between what it got: the worst, since it goes on as if nothing were amiss. */
  readonly middle: number;
  /** After everything that it got. */
  readonly postfix: number;
}

/** What the records of a run say. Deliveries are counted by subscriber, after what came again was thrown away. */
export interface Verdict {
  readonly acknowledged: number;
  /** Publications acknowledged while their subscribers were there, once for each. */
  readonly owed: number;
  readonly delivered: number;
  readonly lost: Lost;
  /** Owed and missing in a gap that the subscriber was told of. */
  readonly told: number;
  /** Times that a subscriber was told of a gap. */
  readonly announced: number;
  readonly unannounced: number;
  readonly repeated: number;
  readonly duplicated: number;
  readonly misordered: number;
  /** Subscribers that never were one. */
  readonly absent: number;
  /** The first of what is wrong, in words. */
  readonly findings: readonly string[];
}

const MOST_FINDINGS = 50;

/** Holds the records of a run against what is promised. */
export function checkInvariants(
  acknowledged: readonly Acknowledged[],
  logs: readonly SubscriberLog[],
): Verdict {
  const channels = new Map<string, { acknowledged: Acknowledged[]; logs: SubscriberLog[] }>();
  const of = (channel: string) => {
    const found = channels.get(channel) ?? { acknowledged: [], logs: [] };
    channels.set(channel, found);
    return found;
  };
  for (const publication of acknowledged) of(publication.channel).acknowledged.push(publication);
  for (const log of logs) of(log.channel).logs.push(log);
  const tally = new Tally();
  for (const channel of channels.values()) {
    const epochs = new Epochs(channel.acknowledged, channel.logs);
    for (const log of channel.logs) tally.add(log, channel.acknowledged, epochs);
  }
  return tally.verdict(acknowledged.length);
}

/** Whether all that is promised was kept. */
export function holds({ lost, unannounced, duplicated, misordered, absent }: Verdict): boolean {
  return sum(lost) + unannounced + duplicated + misordered + absent === 0;
}

/** All that were lost, wherever. */
export function sum({ prefix, middle, postfix }: Lost): number {
  return prefix + middle + postfix;
}

class Tally {
  readonly #lost = { prefix: 0, middle: 0, postfix: 0 };
  readonly #counts = { owed: 0, delivered: 0, told: 0, announced: 0 };
  readonly #wrong = { unannounced: 0, repeated: 0, duplicated: 0, misordered: 0, absent: 0 };
  readonly #findings: string[] = [];

  add(log: SubscriberLog, acknowledged: readonly Acknowledged[], epochs: Epochs): void {
    const reading = readLog(log);
    const where = `${log.subscriber} on ${log.channel}`;
    this.#counts.delivered += reading.deliveries;
    this.#counts.announced += reading.gaps.length;
    this.#wrong.repeated += reading.repeated;
    for (const kind of ['unannounced', 'duplicated', 'misordered'] as const) {
      this.#wrong[kind] += reading[kind].length;
      for (const what of reading[kind]) this.#find(`${where}: ${kind}: ${what}`);
    }
    const { first } = reading;
    if (first !== undefined) this.#account(where, { ...reading, first }, { acknowledged, epochs });
    else {
      this.#wrong.absent++;
      this.#find(`${where}: absent: never subscribed`);
    }
  }

  verdict(acknowledged: number): Verdict {
    const findings = this.#findings;
    return { acknowledged, ...this.#counts, lost: this.#lost, ...this.#wrong, findings };
  }

  /** Every publication that is owed was delivered, is in a gap that was told, or is lost. */
  #account(
    where: string,
    { first, gaps, delivered, places }: Reading & { readonly first: Position },
    { acknowledged, epochs }: { acknowledged: readonly Acknowledged[]; epochs: Epochs },
  ): void {
    const owed = acknowledged.filter((publication) => follows(publication, first, epochs));
    const got = owed.map((publication) => delivered.has(nameOf(publication)));
    const [firstGot, lastGot] = [got.indexOf(true), got.lastIndexOf(true)];
    this.#counts.owed += owed.length;
    for (const [i, publication] of owed.entries()) {
      if (got[i]) continue;
      const isForked = places.has(placeOf(publication));
      if (gaps.some((gap) => covers(gap, publication, { epochs, isForked }))) {
        this.#counts.told++;
        continue;
      }
      const place = partOf(i, { firstGot, lastGot });
      this.#lost[place]++;
      this.#find(`${where}: lost (${place}): ${nameOf(publication)} at ${placeOf(publication)}`);
    }
  }

  #find(finding: string): void {
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push(finding);
  }
}

/** Of something missing among what was acknowledged: nothing at all that came is all prefix. */
function partOf(i: number, { firstGot, lastGot }: { firstGot: number; lastGot: number }): keyof Lost {
  if (firstGot === -1 || i < firstGot) return 'prefix';
  return i > lastGot ? 'postfix' : 'middle';
}

/** Whether a publication came after a place. */
function follows({ epoch, offset }: Acknowledged, place: Position, epochs: Epochs): boolean {
  if (epoch === place.epoch) return offset > place.offset;
  return epochs.rank(epoch) > epochs.rank(place.epoch);
}

/**
 * Whether a publication is in a gap. In a store that went back another one can have its place: then it is in every gap that
 * was told after it was acknowledged, or that ends behind it.
 */
function covers(
  { from, to, at }: Gap,
  publication: Acknowledged,
  { epochs, isForked }: { epochs: Epochs; isForked: boolean },
): boolean {
  const { epoch, offset } = publication;
  const isAfter = epoch === from.epoch && offset > from.offset;
  const isBefore = epoch === to.epoch && offset <= to.offset;
  if (isForked && (isBefore || at >= publication.at)) return true;
  if (from.epoch === to.epoch) return isAfter && (isBefore || to.offset <= from.offset);
  const rank = epochs.rank(epoch);
  return isAfter || isBefore || (rank > epochs.rank(from.epoch) && rank < epochs.rank(to.epoch));
}
