import { RouterError } from '../../core/errors.js';
import { type Positions, readPositions } from '../../core/positions.js';
import { parseDuration } from '../../core/units.js';

const MOST_CHANNELS = 20;
/** Characters of positions that are read. */
const LONGEST_CURSOR = 2048;

/** The parameters of an address. Every method throws `bad_request`, naming the parameter that is not as it must be. */
export class Query {
  readonly #params: URLSearchParams;

  constructor({ searchParams }: URL) {
    this.#params = searchParams;
  }

  /** Undefined for what is left out or empty. */
  text(name: string): string | undefined {
    const text = this.#params.get(name);
    return text === null || text === '' ? undefined : text;
  }

  /** 1 to 20 different names. */
  get channels(): readonly string[] {
    const names = [...new Set(this.#params.getAll('channel').filter((name) => name !== ''))];
    if (names.length > 0 && names.length <= MOST_CHANNELS) return names;
    throw new RouterError('bad_request', `name 1 to ${MOST_CHANNELS} channels`, {
      hint: 'write ?channel=news, and &channel= once more for each other channel',
    });
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(number)) return number;
    throw new RouterError('bad_request', `${name} is not a whole number`);
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined || text === 'true' || text === 'false')
      return text === undefined ? undefined : text === 'true';
    throw new RouterError('bad_request', `${name} is neither true nor false`);
  }

  /** Milliseconds of a text with a unit: a number alone could be meant as seconds or as milliseconds. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^\d{1,9}(?:ms|s|m)$/.test(text)) return parseDuration(text);
    throw new RouterError('bad_request', `${name} is not a duration such as 25s`);
  }

  /** How far the caller is on so many channels. */
  positions(name: string, channels: number): Positions | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const positions = text.length > LONGEST_CURSOR ? undefined : readPositions(text, channels);
    if (positions !== undefined) return positions;
    throw new RouterError('bad_request', `${name} is not the cursor of an answer about these channels`, {
      hint: 'send it as it came, and the same channels in the same order',
    });
  }
}
