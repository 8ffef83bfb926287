import { createHash, timingSafeEqual } from 'node:crypto';
import type {
  AuthAttempt,
  Authenticator,
  Challenge,
  ChallengeAttempt,
  Challenger,
  ProvenIdentity,
} from '../core/authenticator.js';
import { LONGEST_NAME, type Login, type Logins } from '../core/logins.js';
import { after, type MaybePromise } from '../core/maybe-promise.js';
import type { Principal } from '../core/session.js';
import type { Decoys } from './decoys.js';
import { principalOf } from './login-principal.js';
import { unproven } from './proof.js';

/** What tickets are checked with. */
export interface TicketChallengerParts {
  readonly logins: Logins;
  readonly decoys: Decoys;
  /** Is asked about tickets that are of no login. */
  readonly authenticator: Authenticator;
}

/**
 * Takes a ticket in answer to an empty question: that of a login, or any credential that the server takes elsewhere.
 * Who says a name has to be its owner. [WAMP2 §Ticket-based Authentication]
 */
export class TicketChallenger implements Challenger {
  readonly method = 'ticket';
  readonly #parts: TicketChallengerParts;

  constructor(parts: TicketChallengerParts) {
    this.#parts = parts;
  }

  challenge(attempt: ChallengeAttempt): Challenge {
    return { extra: {}, answer: (ticket) => this.#answer(ticket, attempt) };
  }

  #answer(ticket: string, attempt: ChallengeAttempt): MaybePromise<ProvenIdentity> {
    const { identity: name = '' } = attempt;
    if (ticket === '' || name.length > LONGEST_NAME) throw unproven();
    const login = name === '' ? undefined : this.#parts.logins.find(name);
    return after(login, (found) => {
      const owner = this.#ownerOf(ticket, name, found);
      return owner === undefined ? this.#present(ticket, attempt) : { principal: owner };
    });
  }

  /** Compares digests, also for a name that nobody has. */
  #ownerOf(ticket: string, name: string, login: Login | undefined): Principal | undefined {
    const known = login?.ticket ?? '';
    const decoy = this.#parts.decoys.octets('ticket', name, 32);
    const digest = createHash('sha256').update(known).digest();
    const expected = known === '' ? decoy : digest;
    const isRight = timingSafeEqual(createHash('sha256').update(ticket).digest(), expected);
    return isRight && known !== '' && login !== undefined ? principalOf(login) : undefined;
  }

  #present(ticket: string, { remoteAddress, headers, identity = '' }: ChallengeAttempt) {
    const attempt: AuthAttempt = {
      remoteAddress,
      headers,
      credential: { source: 'login', secret: ticket, ...(identity !== '' && { identity }) },
    };
    return after(this.#parts.authenticator.authenticate(attempt), (principal): ProvenIdentity => {
      if (principal === undefined || (identity !== '' && identity !== principal.id)) throw unproven();
      return { principal };
    });
  }
}
