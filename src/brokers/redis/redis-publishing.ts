import { isNarrow } from '../../core/audience.js';
import type { Keeping } from '../../core/broker.js';
import { RouterError } from '../../core/errors.js';
import { following, newHistory, type Position } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { KEY_LIFETIME } from '../recent-keys.js';
import { type Reply, ReplyError } from './connection.js';
import { writeFrame } from './frame.js';
import type { RedisLink } from './link.js';
import { PASS, PUBLISH } from './scripts.js';

/** Channels that are found by a pattern when histories are read, the newest. */
const INDEXED = 100_000;

/** A hundred years in milliseconds: numbers of Lua are exact as texts to fourteen digits. */
const LONGEST = 36_525 * 86_400_000;

const PLAIN = Buffer.from('- ');

/** The way of a publication into Redis. */
export class RedisPublishing {
  readonly #link: RedisLink;
  readonly #retained: number;
  readonly #isCluster: boolean;
  readonly #keptFor: number;

  /** A history outlives its last publication by `keptFor` milliseconds at least. */
  constructor(
    link: RedisLink,
    { retained, keptFor }: { readonly retained: number; readonly keptFor: number },
  ) {
    this.#link = link;
    this.#keptFor = keptFor;
    this.#retained = Math.ceil(retained / link.names.partitions);
    this.#isCluster = link.names.partitions > 1;
  }

  /** Publishes what is not kept. Throws `unavailable`. */
  async pass(publication: Publication): Promise<Publication> {
    const { names } = this.#link;
    const { channel } = publication;
    const to = names.of('c', channel);
    const message = Buffer.concat([PLAIN, writeFrame(publication)]);
    try {
      if (this.#isCluster)
        await this.#link.run(PASS, [names.of('h', channel)], [to, this.#all(channel), message, channel]);
      else await this.#link.publish(to, message);
    } catch (error) {
      throw refusalOf(error);
    }
    return publication;
  }

  /** Publishes and keeps, or says what there was instead. Throws `unavailable`. */
  async keep(publication: Publication, keeping: Keeping): Promise<Publication> {
    const { token } = following(NOWHERE);
    const reply = await this.#ask(publication, keeping, token);
    const [verdict, said] = reply.map(String);
    const words = said?.split(' ') ?? [];
    if (verdict === 'duplicate') return duplicateOf(publication, words);
    if (verdict === 'superseded')
      return { ...fieldsOf(publication), position: positionOf(words), outcome: 'superseded' };
    if (said !== '') publication.position = positionOf([...words, token]);
    return publication;
  }

  async #ask(publication: Publication, keeping: Keeping, token: string): Promise<readonly Reply[]> {
    const { names } = this.#link;
    const { channel, id } = publication;
    const { history, key, version, retain } = keeping;
    const { epoch, token: birth } = newHistory();
    const partition = names.partitionOf(channel);
    const place = names.of('h', channel);
    const keys = [
      place,
      names.of('r', channel),
      key === undefined ? place : `${names.of('i', channel)}\n${key}`,
      names.ofPartition('hx', partition),
      names.ofPartition('rx', partition),
    ];
    const ttl = Math.min(history?.ttl ?? 0, LONGEST);
    const args = [
      this.#isCluster ? 'SPUBLISH' : 'PUBLISH',
      names.of('c', channel),
      this.#isCluster ? this.#all(channel) : '',
      writeFrame(publication),
      id,
      String(history?.size ?? 0),
      String(ttl),
      String(Math.max(this.#keptFor, ttl)),
      epoch,
      birth,
      token,
      key === undefined ? '0' : String(KEY_LIFETIME),
      version === undefined ? '' : String(version),
      retain ? (isNarrow(publication.audience) ? 'narrow' : 'open') : '',
      channel,
      String(Math.ceil(INDEXED / names.partitions)),
      String(this.#retained),
    ];
    try {
      return (await this.#link.run(PUBLISH, keys, args)) as readonly Reply[];
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Where all channels of the partition are heard. */
  #all(channel: string): string {
    const { names } = this.#link;
    return names.ofPartition('all', names.partitionOf(channel));
  }
}

const NOWHERE: Position = { epoch: '', offset: 0, token: '' };

function positionOf([epoch = '', offset, token = '']: readonly string[]): Position {
  return { epoch, offset: Number(offset), token };
}

function duplicateOf(publication: Publication, [id = '', ...place]: readonly string[]): Publication {
  const position = place.length === 0 ? undefined : positionOf(place);
  return { ...fieldsOf(publication), id, position, outcome: 'duplicate' };
}

function fieldsOf({ id, channel, time, payload }: Publication): Publication {
  return { id, channel, time, payload, audience: undefined };
}

/** What Redis refuses is for those who run it, not for whoever published. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof ReplyError)) return error;
  return new RouterError('unavailable', `Redis refuses: ${error.word}`, { cause: error });
}

/** Whether Redis has to remember anything of a publication. */
export function isKept({ retain, history, key }: Keeping): boolean {
  return retain || history !== undefined || key !== undefined;
}
