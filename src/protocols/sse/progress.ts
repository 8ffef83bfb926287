import { Frame } from '../../core/frame.js';
import { type Position, samePosition } from '../../core/position.js';
import { writePositions } from '../../core/positions.js';
import type { Publication } from '../../core/publication.js';
import { writeEvent } from './write-event.js';

/** A channel of a stream. */
export interface StreamChannel {
  /** As the peer writes it. */
  readonly name: string;
  /** Whether its events have positions. */
  readonly hasHistory: boolean;
  /** Whether a slow peer misses some of them, so that it is somewhere else than others. */
  readonly conflates: boolean;
}

let made = 0;

/**
 * How far streams are on the channels that they hear. Those that hear the same and are equally far have been sent the same from
 * then on, so they share one, and read the same octets with the same positions in the id.
 */
export class Progress {
  /** Equal for streams that hear the same. */
  readonly key: string;
  /** Streams that are here. */
  streams = 0;
  /** Of each channel: streams with equal ones read equal events. */
  readonly wireKeys: readonly string[];
  readonly #channels: readonly StreamChannel[];
  readonly #positions: (Position | undefined)[];
  readonly #histories: number;
  #id: string | undefined;

  constructor(channels: readonly StreamChannel[]) {
    this.#channels = channels;
    this.#positions = channels.map(() => undefined);
    this.#histories = channels.filter(({ hasHistory }) => hasHistory).length;
    // Names have no line ends.
    this.key = channels.map(({ name, hasHistory }) => `${hasHistory ? '+' : '-'}${name}`).join('\n');
    const form = channels.length === 1 ? 'one' : 'many';
    const own = this.#histories > 1 ? ++made : this.key;
    this.wireKeys = channels.map(({ name, hasHistory }, i) =>
      hasHistory ? `sse ${i} ${own}` : `sse ${form} ${name}`,
    );
  }

  /** The id of the event that comes next, before its own position is in it; empty where there are no positions. */
  get id(): string {
    return (this.#id ??= writePositions(this.#positions));
  }

  positionOf(index: number): Position | undefined {
    return this.#positions[index];
  }

  /** The streams are on a channel at a position. */
  reach(index: number, position: Position | undefined): void {
    if (position === undefined || this.#channels[index]?.hasHistory !== true) return;
    this.#positions[index] = position;
    this.#id = undefined;
  }

  /** Whether streams at `other`, which hear the same, may share this one. */
  suits(other: Progress): boolean {
    // An event of the only channel with positions has all that is in its id.
    if (this.#histories <= 1) return true;
    if (this.#channels.some(({ conflates }) => conflates)) return false;
    return this.#positions.every((position, i) => {
      const there = other.positionOf(i);
      return position === undefined || there === undefined
        ? position === there
        : samePosition(position, there);
    });
  }

  /** What is published on a channel: the payload alone, or with the name of its channel where there are several. */
  event(index: number, { payload, position }: Publication): Frame {
    this.reach(index, position);
    const { length, [index]: channel } = this.#channels;
    const data = length === 1 ? payload.json : named(channel?.name ?? '', payload.json);
    return new Frame(writeEvent({ id: channel?.hasHistory === true ? this.id : '', data }));
  }

  /** As far, with other channels in the places of these. */
  as(channels: readonly StreamChannel[]): Progress {
    const other = new Progress(channels);
    for (const [i, position] of this.#positions.entries()) other.reach(i, position);
    return other;
  }
}

const CLOSE = Buffer.from('}');

function named(name: string, json: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`{"channel":${JSON.stringify(name)},"payload":`), json, CLOSE]);
}
