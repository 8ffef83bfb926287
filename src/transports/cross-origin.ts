import type { HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';
import { allowance } from './allowance.js';
import type { OriginCheck } from './stream-origin.js';

type Headers = HttpRequest['headers'];

/** Headers that such pages may send. */
const ALLOWED = 'authorization, content-type, last-event-id';

/** Which endpoints pages of other origins may ask, and which pages. [Fetch §3.2] */
export class CrossOrigin {
  readonly #endpoints: readonly HttpEndpoint[];
  readonly #check: OriginCheck;

  constructor(endpoints: readonly HttpEndpoint[], check: OriginCheck) {
    this.#endpoints = endpoints.filter(({ crossOrigin }) => crossOrigin === true);
    this.#check = check;
  }

  /** What is answered to a browser that asks on behalf of a page; undefined where there is nothing for pages. Throws `forbidden`. */
  preflight(path: string, { origin }: Headers): HttpReply | undefined {
    const methods = this.#endpoints.filter((one) => one.path === path).map(({ method }) => method);
    if (methods.length === 0) return undefined;
    this.#check(origin);
    const headers = {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': ALLOWED,
      'access-control-max-age': '600',
    };
    return { status: 204, headers };
  }

  /** Throws `forbidden` for a page that may not ask. Programs name no origin, and may. */
  check({ crossOrigin }: HttpEndpoint, { origin }: Headers): void {
    if (crossOrigin === true && origin !== undefined) this.#check(origin);
  }

  /** What lets a page read the reply, refusals included; nothing for pages that may not ask. */
  allowance(path: string, headers: Headers): Readonly<Record<string, string>> {
    if (headers['origin'] === undefined || !this.#endpoints.some((one) => one.path === path)) return {};
    try {
      this.#check(headers['origin']);
      return allowance(headers);
    } catch {
      return { vary: 'origin' };
    }
  }
}
