import { crc32 } from 'node:zlib';

/** Parts that the channels of a Redis Cluster are divided into: what belongs to one channel is on one server. */
export const PARTITIONS = 64;

const SLOTS = 16_384;

/** Of each partition the smallest number whose slot is among those of the partition, so that servers have alike many. */
export const TAGS: readonly string[] = spreadTags();

/** Names of keys and of channels of Redis, all of which begin with the prefix. */
export class Names {
  readonly #prefix: string;
  readonly #isCluster: boolean;

  /** `prefix` has no braces. */
  constructor(prefix: string, isCluster: boolean) {
    this.#prefix = prefix;
    this.#isCluster = isCluster;
  }

  /** How many partitions there are. */
  get partitions(): number {
    return this.#isCluster ? PARTITIONS : 1;
  }

  /** That of a channel, or of whatever else has to be together. */
  partitionOf(text: string): number {
    return this.#isCluster ? crc32(text) % PARTITIONS : 0;
  }

  /** `{tag}prefix:kind`, and without a cluster no tag. */
  ofPartition(kind: string, partition: number): string {
    return this.#isCluster ? `{${TAGS[partition]}}${this.#prefix}:${kind}` : `${this.#prefix}:${kind}`;
  }

  /** `{tag}prefix:kind:text`: with others of the same text on one server. */
  of(kind: string, text: string): string {
    return `${this.ofPartition(kind, this.partitionOf(text))}:${text}`;
  }
}

/** The slot of a key that begins with a tag, or has none. [Redis Cluster §Hash tags] */
export function slotOf(key: string): number {
  const end = key[0] === '{' ? key.indexOf('}') : -1;
  return crc16(end > 1 ? key.slice(1, end) : key) % SLOTS;
}

function spreadTags(): readonly string[] {
  const tags: string[] = new Array(PARTITIONS).fill('');
  for (let n = 0, missing = PARTITIONS; missing > 0; n++) {
    const partition = Math.floor(slotOf(String(n)) / (SLOTS / PARTITIONS));
    if (tags[partition] !== '') continue;
    tags[partition] = String(n);
    missing--;
  }
  return tags;
}

/** CRC16/XMODEM. */
function crc16(text: string): number {
  let crc = 0;
  for (const octet of Buffer.from(text)) {
    crc ^= octet << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}
