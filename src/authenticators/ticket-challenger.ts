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
import { ownsTicket } from './owns-ticket.js';
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

  #ownerOf(ticket: string, name: string, login: Login | undefined): Principal | undefined {
    const isOwner = ownsTicket(ticket, { name, login, decoys: this.#parts.decoys });
    return isOwner && login !== undefined ? principalOf(login) : undefined;
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
