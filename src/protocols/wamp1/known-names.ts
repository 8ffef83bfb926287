const PLACES = 256;
/** Longer ones are made anew each time, so that what is held is no more than 32 KiB. */
const LONGEST = 128;

/**
 * Names of channels as they were read of late, each in a place of its own: publications to one channel come in runs, and a name that is known
 * need not be decoded, nor hashed again to find its channel.
 */
export class KnownNames {
  readonly #names: string[] = new Array(PLACES).fill('');

  /** The name whose octets these are, if it is known. */
  find(bytes: Buffer, start: number, end: number): string | undefined {
    const name = this.#names[placeOf(bytes, start, end)] ?? '';
    if (name.length !== end - start) return undefined;
    for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== bytes[start + i]) return undefined;
    return name;
  }

  /** Keeps a name that was read of these octets, where each octet is a character: others are never found. */
  keep(name: string, bytes: Buffer, start: number, end: number): void {
    if (name.length === end - start && name.length <= LONGEST) this.#names[placeOf(bytes, start, end)] = name;
  }
}

/** Channels of one kind differ at their ends. */
function placeOf(bytes: Buffer, start: number, end: number): number {
  return ((bytes[end - 1] ?? 0) + (bytes[end - 2] ?? 0) * 31 + (end - start) * 7) % PLACES;
}
