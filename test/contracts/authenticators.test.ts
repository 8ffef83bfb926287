import { MemoryReplayCache, mintTicket, TicketAuthenticator } from '../../src/authenticators/index.js';
import type { AuthAttempt } from '../../src/core/authenticator.js';
import { authenticatorContract } from '../../src/testing/contracts.js';
import { describeContract } from './describe-contract.js';

const secret = 's'.repeat(32);
const grant = { user: '5', organizations: [], roles: [], ttl: 60_000 };
const attempt = (source: 'ticket' | 'bearer', text: string): AuthAttempt => ({
  remoteAddress: '192.0.2.1',
  headers: {},
  credential: { source, secret: text },
});

describeContract(
  'the contract of authenticators: tickets',
  authenticatorContract(() => ({
    authenticator: new TicketAuthenticator({
      secret,
      publicKey: undefined,
      replays: new MemoryReplayCache({ size: 10 }),
    }),
    good: attempt('ticket', mintTicket(grant, secret)),
    wrong: [
      attempt('ticket', mintTicket(grant, 'x'.repeat(32))),
      attempt('ticket', mintTicket(grant, secret).slice(0, -2)),
    ],
    once: true,
  })),
);
