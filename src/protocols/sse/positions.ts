import { type Position, readPosition, writePosition } from '../../core/position.js';

/** How far a stream is on each of its channels, in the order asked for; undefined where there is nothing to name. */
export type Positions = readonly (Position | undefined)[];

/** The id of an event: a position for each channel of the stream, with commas between; empty where there is none at all. */
export function writePositions(positions: Positions): string {
  if (positions.every((position) => position === undefined)) return '';
  return positions.map((position) => (position === undefined ? '' : writePosition(position))).join(',');
}

/** Undefined for what is no id of a stream of so many channels. */
export function readPositions(text: string, channels: number): Positions | undefined {
  const parts = text.split(',', channels + 1);
  if (parts.length !== channels) return undefined;
  const positions = parts.map((part) => (part === '' ? undefined : readPosition(part)));
  return positions.some((position, i) => position === undefined && parts[i] !== '') ? undefined : positions;
}
