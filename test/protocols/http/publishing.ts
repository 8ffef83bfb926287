import type { Authenticator } from '../../../src/core/authenticator.js';
import { RouterError } from '../../../src/core/errors.js';
import type { HttpReply } from '../../../src/core/http.js';
import { PublishEndpoint, type PublishLimits } from '../../../src/protocols/http/index.js';
import { FakeRouter } from './fake-router.js';

export const LIMITS: PublishLimits = { body: 100_000, batch: 5, depth: 64, payload: 1000 };

/** Knows `shop-key` and `crm-key` as back ends, and `ticket-5` as the user 5. */
const authenticator: Authenticator = {
  method: 'fake',
  authenticate({ credential }) {
    const bearer = credential?.secret;
    if (bearer === 'ticket-5') return { kind: 'user', id: '5', roles: [], organizations: [], claims: {} };
    if (bearer === 'nobody') return undefined;
    if (bearer !== 'shop-key' && bearer !== 'crm-key')
      throw new RouterError('unauthorized', 'the key is not known');
    return { kind: 'backend', id: bearer, roles: ['backend'], organizations: [], claims: {} };
  },
};

/** A publish endpoint on a fake router, with a clock that the test turns. */
export class Publishing {
  readonly router = new FakeRouter();
  readonly endpoint: PublishEndpoint;
  readonly logged: unknown[] = [];
  now = 1_800_000_000_000;

  constructor(limits: Partial<PublishLimits> = {}) {
    const log = (fields: unknown) => void this.logged.push(fields);
    this.endpoint = new PublishEndpoint({
      router: this.router,
      authenticator,
      limits: { ...LIMITS, ...limits },
      clock: () => this.now,
      logger: { debug: log, info: log, warn: log, error: log },
    });
  }

  /** The reply to a body; anything but bytes and text is sent as JSON. */
  post(body: unknown, headers: Readonly<Record<string, string | undefined>> = {}): Promise<HttpReply> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.endpoint.handle({
      method: 'POST',
      url: new URL('http://localhost/api/publish'),
      headers: { authorization: 'Bearer shop-key', 'content-type': 'application/json', ...headers },
      remoteAddress: '127.0.0.1',
      body: Buffer.isBuffer(body) ? body : Buffer.from(text),
    });
  }

  /** The value in the reply. */
  async send(
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>> {
    const reply = await this.post(body, headers);
    return JSON.parse(String(reply.body));
  }
}
