import { type Position, readPosition, writePosition } from './position.js';

/** How far somebody is on several channels, in the order asked for; undefined where there is nothing to name. */
export type Positions = readonly (Position | undefined)[];

/** One text for them: a position for each channel, with commas between; empty where there is none at all. */
export function writePositions(positions: Positions): string {
  if (positions.every((position) => position === undefined)) return '';
  return positions.map((position) => (position === undefined ? '' : writePosition(position))).join(',');
}

/** Undefined for what is no such text about so many channels. */
export function readPositions(text: string, channels: number): Positions | undefined {
  const parts = text.split(',', channels + 1);
  if (parts.length !== channels) return undefined;
  const positions = parts.map((part) => (part === '' ? undefined : readPosition(part)));
  return positions.some((position, i) => position === undefined && parts[i] !== '') ? undefined : positions;
}
