import { channelMatches } from '../../core/channel-pattern.js';
import type { Operation } from '../../core/route.js';
import type { Question, Rule, Step } from './rule.js';

type Holds = (question: Question, operation: Operation) => boolean;
type Explain = (question: Question, operation: Operation) => readonly Step[];

interface Named {
  readonly holds: Holds;
  readonly explain: Explain;
}

const kind: Explain = ({ principal }) => [{ text: 'peer', value: principal.kind }];

/** Rules by name; every other word is a role. */
const NAMED: ReadonlyMap<string, Named> = new Map<string, Named>([
  ['anyone', { holds: () => true, explain: () => [] }],
  ['user', { holds: ({ principal }) => principal.kind === 'user', explain: kind }],
  ['backend', { holds: ({ principal }) => principal.kind === 'backend', explain: kind }],
  ['owner', { holds: isOwner, explain: explainOwner }],
  ['granted', { holds: isGranted, explain: explainGranted }],
]);

export const RULE_NAMES: readonly string[] = [...NAMED.keys()];

/** The rule of a word: one of `RULE_NAMES`, or a role. */
export function namedRule(text: string, operation: Operation): Rule {
  const { holds, explain } = NAMED.get(text) ?? roleRule(text);
  return {
    text,
    timely: false,
    holds: (question) => holds(question, operation),
    explain: (question) => explain(question, operation),
  };
}

function roleRule(role: string): Named {
  return {
    holds: ({ principal }) => principal.roles.includes(role),
    explain: ({ principal }) => [{ text: 'roles', value: listOf(principal.roles) }],
  };
}

/**
 * The user named in the channel, in an organisation of theirs where the channel names one. Ids are compared as texts,
 * and a number has one spelling only: `0`, `05` and `*` are nobody. `*` for the organisation means "none in
 * particular" and is the user's own.
 */
export function isOwner({ principal, request: { params } }: Question): boolean {
  const { user_id: user, organization_id: organization } = params;
  if (principal.kind !== 'user' || user === undefined || user !== principal.id) return false;
  if (user === '*' || isZeroed(user)) return false;
  if (organization === undefined || organization === '*') return true;
  return !isZeroed(organization) && principal.organizations.includes(organization);
}

/** Digits that begin with a zero: no canonical integer, or the one that stands for nobody. */
function isZeroed(text: string): boolean {
  return text.charCodeAt(0) === 0x30 && /^0\d*$/.test(text);
}

function explainOwner({ principal, request: { params } }: Question): Step[] {
  const { user_id: user, organization_id: organization } = params;
  return [
    { text: 'user_id of the channel', value: user ?? 'none' },
    {
      text: 'user',
      value: principal.kind === 'user' ? (principal.id ?? 'none') : `none, but ${principal.kind}`,
    },
    ...(organization === undefined
      ? []
      : [
          { text: 'organization_id of the channel', value: organization },
          { text: 'organisations of the user', value: listOf(principal.organizations) },
        ]),
  ];
}

function isGranted({ principal, request: { channel } }: Question, operation: Operation): boolean {
  return grantsOf(principal, operation).some((pattern) => channelMatches(pattern, channel));
}

function explainGranted({ principal }: Question, operation: Operation): Step[] {
  return [{ text: 'granted by the credential', value: listOf(grantsOf(principal, operation)) }];
}

/** Who may subscribe may look at history and presence as well; procedures are not granted by channel. */
function grantsOf({ grants }: Question['principal'], operation: Operation): readonly string[] {
  if (operation === 'call') return [];
  return (operation === 'publish' ? grants?.publish : grants?.subscribe) ?? [];
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
