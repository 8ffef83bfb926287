import { Frame } from '../../core/frame.js';
import type { Position } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { writePositions } from './positions.js';
import { writeEvent } from './write-event.js';

/** A channel of a stream. */
export interface StreamChannel {
  /** As the peer writes it. */
  readonly name: string;
  /** Whether its events have positions. */
  readonly hasHistory: boolean;
}

/**
 * How far streams are that hear the same channels: all of them have been sent all that came for them, so that they read the
 * same octets, with the same positions in the id.
 */
export class Progress {
  readonly key: string;
  /** Streams that are here. */
  streams = 0;
  /** Of each channel: streams with equal ones read equal events. */
  readonly wireKeys: readonly string[];
  readonly #channels: readonly StreamChannel[];
  readonly #positions: (Position | undefined)[];
  #id: string | undefined;

  constructor(channels: readonly StreamChannel[]) {
    this.#channels = channels;
    this.#positions = channels.map(() => undefined);
    // Names have no line ends.
    this.key = channels.map(({ name, hasHistory }) => `${hasHistory ? '+' : '-'}${name}`).join('\n');
    const form = channels.length === 1 ? 'one' : 'many';
    this.wireKeys = channels.map(({ name, hasHistory }, i) =>
      hasHistory ? `sse ${i} ${this.key}` : `sse ${form} ${name}`,
    );
  }

  /** The id of the event that comes next, before its own position is in it; empty where there are no positions. */
  get id(): string {
    return (this.#id ??= writePositions(this.#positions));
  }

  positionOf(index: number): Position | undefined {
    return this.#positions[index];
  }

  /** Streams are on a channel at a position, unless they are further. */
  reach(index: number, position: Position | undefined): void {
    const known = this.#positions[index];
    if (position === undefined || this.#channels[index]?.hasHistory !== true) return;
    if (known?.epoch === position.epoch && known.offset >= position.offset) return;
    this.#positions[index] = position;
    this.#id = undefined;
  }

  /** What is published on a channel: the payload alone, or with the name of its channel where there are several. */
  event(index: number, { payload, position }: Publication): Frame {
    this.reach(index, position);
    const { length, [index]: channel } = this.#channels;
    const data = length === 1 ? payload.json : named(channel?.name ?? '', payload.json);
    return new Frame(writeEvent({ id: channel?.hasHistory === true ? this.id : '', data }));
  }

  /** The same, with other channels in the places of these. */
  as(channels: readonly StreamChannel[]): Progress {
    const other = new Progress(channels);
    for (const [i, position] of this.#positions.entries()) other.reach(i, position);
    return other;
  }
}

function named(name: string, json: Buffer): Buffer {
  const head = Buffer.from(`{"channel":${JSON.stringify(name)},"payload":`);
  return Buffer.concat([head, json, CLOSE]);
}

const CLOSE = Buffer.from('}');
