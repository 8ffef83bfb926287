import type { Realm } from '../../../core/realm.js';
import type { Session } from '../../../core/session.js';
import type { Disclosure } from '../context.js';
import type { SessionDetails } from '../session-details.js';
import type { Testaments } from '../testaments.js';
import type { MetaArguments } from './meta-arguments.js';

/** What the meta procedures of one realm look at. */
export interface MetaParts {
  readonly realm: Realm;
  readonly details: WeakMap<object, SessionDetails>;
  readonly testaments: Testaments;
  readonly disclosure: Disclosure;
}

/** One question to a meta procedure. */
export interface MetaCall {
  readonly parts: MetaParts;
  readonly realm: Realm;
  readonly session: Session;
  readonly given: MetaArguments;
}

export type MetaProcedure = (call: MetaCall) => unknown;
