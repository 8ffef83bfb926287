import { type DefaultAccess, OPERATIONS, type Operation } from '../core/route.js';
import type { RuleCheck } from '../core/rule-fault.js';
import type { FindingList } from './finding-list.js';
import type { Draft } from './route-draft.js';
import { type Piece, parameters, SEPARATORS } from './route-pattern.js';
import type { Place } from './source-file.js';
import { didYouMean, listed } from './suggestion.js';
import { isLeftover } from './symfony-leftovers.js';

/** What is checked against: the handlers that exist, where that is known, and the installation's access. */
export interface Surroundings {
  readonly handlers: ReadonlySet<string> | undefined;
  readonly remedyFor?: ((handler: string) => string | undefined) | undefined;
  readonly defaultAccess: DefaultAccess;
  readonly checkRule: RuleCheck | undefined;
}

/** Checks what can be said only after the imports: handler, owner and defaults. */
export function checkRoute(
  draft: Draft,
  { handlers, remedyFor, defaultAccess, checkRule }: Surroundings,
  findings: FindingList,
): void {
  if (handlers !== undefined) checkHandler(draft, { handlers, remedyFor }, findings);
  if (draft.pieces.length === 0) return;
  for (const operation of OPERATIONS) checkOwner(draft, { operation, defaultAccess }, findings);
  if (checkRule !== undefined) checkRules(draft, checkRule, findings);
  checkDefaults(draft, findings);
  checkReplay(draft, findings);
  checkSlow(draft, findings);
}

function checkReplay({ delivery: { replay }, history, name, at }: Draft, findings: FindingList): void {
  if (replay === undefined || history === undefined || replay <= history.size) return;
  findings.report('conflicting-keys', at, {
    message: `replay of ${replay} is more than history.size of ${history.size} of route "${name}", which is all there is`,
    hint: 'make the history larger, or the replay smaller',
  });
}

/** Who comes back is promised all that it missed, and who is slow would miss some of it. */
function checkSlow({ delivery: { slow, replay }, history, name, at }: Draft, findings: FindingList): void {
  const kept = history?.size ?? replay ?? 1;
  if (slow !== 'conflate' || kept === 1) return;
  findings.report('conflicting-keys', at, {
    message: `slow: conflate leaves publications out, and a history of ${kept} promises all of them to subscribers of route "${name}"`,
    hint: 'keep one with history: { size: 1 }, or leave out slow: conflate',
  });
}

function checkHandler(
  { handler, name }: Draft,
  { handlers, remedyFor }: { readonly handlers: ReadonlySet<string> } & Pick<Surroundings, 'remedyFor'>,
  findings: FindingList,
): void {
  if (handler === undefined || handlers.has(handler.name) || isLeftover(handler.name)) return;
  const known = handlers.size === 0 ? 'there is none yet' : `there are ${listed(handlers)}`;
  const write = `${known}; write a class for it, or name it under topics: in the settings`;
  const otherwise = remedyFor?.(handler.name) ?? write;
  findings.report('unknown-handler', handler.at, {
    message: `no handler is called "${handler.name}" (route "${name}")`,
    hint: didYouMean(handler.name, handlers, otherwise),
  });
}

function checkOwner(
  draft: Draft,
  { operation, defaultAccess }: { operation: Operation; defaultAccess: DefaultAccess },
  findings: FindingList,
): void {
  const own = draft.access[operation];
  if (!(own?.rules ?? defaultAccess[operation] ?? []).includes('owner')) return;
  if (parameters(draft.pieces).some(({ name }) => name === 'user_id')) return;
  const origin = own === undefined ? ', the default access,' : '';
  findings.report('owner-without-user', own?.at ?? draft.at, {
    message: `access.${operation}: owner${origin} needs {user_id} in the pattern of route "${draft.name}"`,
    hint: 'add {user_id} to the pattern, or choose another rule',
  });
}

/** Compiles the expressions in access; a fault is shown where it stands within the rule. */
function checkRules(draft: Draft, checkRule: RuleCheck, findings: FindingList): void {
  const params = parameters(draft.pieces).map(({ name }) => name);
  for (const operation of OPERATIONS) {
    const own = draft.access[operation];
    for (const [i, rule] of (own?.rules ?? []).entries()) {
      const fault = checkRule(rule, { operation, params });
      const at = own?.places[i] ?? draft.at;
      if (fault === undefined) continue;
      findings.report('bad-expression', within(at, rule, fault), {
        message: `access.${operation}: ${fault.message}`,
        hint: fault.hint,
      });
    }
  }
}

/** A part of a rule, where the file has the rule letter by letter; otherwise the whole. */
function within(at: Place, rule: string, { start, end }: { start: number; end: number }): Place {
  const [from, to] = at.range;
  const begin = at.source.text.slice(from, to).indexOf(rule);
  return begin < 0 ? at : at.source.at([from + begin + start, from + begin + Math.max(end, start + 1)]);
}

function checkDefaults({ pieces, defaults, name }: Draft, findings: FindingList): void {
  const optional = trailingDefaults(pieces, new Set(defaults.keys()));
  for (const parameter of parameters(pieces)) {
    const fallback = defaults.get(parameter.name);
    if (fallback === undefined || optional.has(parameter.name)) continue;
    findings.report('default-not-trailing', fallback.at, {
      message: `the default of "${parameter.name}" cannot stand in a channel of route "${name}": more follows it`,
      hint: 'give all parameters after it a default as well, or move it to the end',
    });
  }
}

/** The parameters that a channel may leave out: those with a default that nothing but such parameters follows. */
export function trailingDefaults(pieces: readonly Piece[], defaults: ReadonlySet<string>): Set<string> {
  const optional = new Set<string>();
  for (let i = pieces.length - 1; i >= 0; i -= 2) {
    const piece = pieces[i];
    if (piece?.kind !== 'param' || !defaults.has(piece.name)) break;
    optional.add(piece.name);
    const before = pieces[i - 1];
    if (before?.kind !== 'text' || before.text.length > 1 || !SEPARATORS.includes(before.text)) break;
  }
  return optional;
}

/** Dead letters have to have somewhere to go before there are any. */
export function checkDeadLetters(
  drafts: readonly Draft[],
  isServed: (channel: string) => boolean,
  findings: FindingList,
): void {
  for (const { delivery, name, at } of drafts) {
    const channel = delivery.queue?.deadLetter;
    if (channel === undefined || isServed(channel)) continue;
    findings.report('unknown-dead-letter', delivery.deadLetterAt ?? at, {
      message: `no route serves ${channel}, where dead letters of route "${name}" would go`,
      hint: 'add a route for it, with delivery: queue if somebody is to look through them',
    });
  }
}
