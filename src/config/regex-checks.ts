import type { FindingList } from './finding-list.js';
import { ALL, BEYOND_ASCII, charSet, SLASH } from './regex/char-set.js';
import { OutOfTime, RegexJudge, type Verdict } from './regex/judge.js';
import { surelyLinear } from './regex/linear.js';
import { literal } from './regex/parser.js';
import { maySpan } from './regex/requirement-regex.js';
import { type Item, print, type Regex } from './regex/syntax.js';
import type { DraftRequirement, Draft as RouteDraft } from './route-draft.js';
import { type Piece, parameters, SEPARATORS } from './route-pattern.js';
import type { Place } from './source-file.js';

/** What an expression of a route can be told by. */
export type Draft = Pick<
  RouteDraft,
  'name' | 'pieces' | 'patternAt' | 'requirements' | 'defaults' | 'options'
>;

/**
 * Refuses expressions that a hostile channel could keep busy, alone and together. Gives the routes refused. Throws where all of them
 * together take longer than `time` in milliseconds; without it each has its own.
 */
export async function checkExpressions<D extends Draft>(
  drafts: readonly D[],
  findings: FindingList,
  { time }: { readonly time?: number } = {},
): Promise<ReadonlySet<D>> {
  const judge = new RegexJudge(time);
  const refused = new Set<D>();
  try {
    for (const draft of drafts) {
      if (!(await new ExpressionCheck(draft, { judge, findings }).holds())) refused.add(draft);
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const text = `the expressions of these routes take longer to judge than the ${time} ms that there are for all of them`;
    throw new Error(
      `${text}: write them in a simpler way, such as [a-z0-9-]+, or plan fewer routes at a time`,
    );
  } finally {
    await judge.close();
  }
  return refused;
}

class ExpressionCheck {
  readonly #draft: Draft;
  readonly #judge: RegexJudge;
  readonly #findings: FindingList;

  constructor(draft: Draft, { judge, findings }: { judge: RegexJudge; findings: FindingList }) {
    this.#draft = draft;
    this.#judge = judge;
    this.#findings = findings;
  }

  async holds(): Promise<boolean> {
    let each = true;
    for (const { name } of parameters(this.#draft.pieces)) {
      const found = this.#draft.requirements.get(name);
      if (found === undefined) continue;
      const what = `the requirement for "${name}"`;
      if (await this.#accepts(found.tree, { at: found.at, what })) this.#checkDefault(name, found);
      else each = false;
    }
    if (!each || !needsJoint(this.#draft)) return each;
    const what = `the pattern of route "${this.#draft.name}" with its requirements`;
    return this.#accepts(joint(this.#draft), { at: this.#draft.patternAt, what });
  }

  /** Only for an expression that was found to be safe, since it is run. */
  #checkDefault(name: string, { requirement }: DraftRequirement): void {
    const found = this.#draft.defaults.get(name);
    if (found === undefined || found.value === '' || (requirement.wildcard && found.value === '*')) return;
    if (new RegExp(`^(?:${requirement.pattern})$`, this.#flags).test(found.value)) return;
    this.#findings.report('default-refused', found.at, {
      message: `the default "${found.value}" of "${name}" does not match its requirement ${requirement.pattern}`,
      hint: 'correct one of the two',
    });
  }

  get #flags(): string {
    return this.#draft.options.get('utf8') === true ? 'su' : 's';
  }

  async #accepts(regex: Regex, { at, what }: { at: Place; what: string }): Promise<boolean> {
    if (surelyLinear(regex)) return true;
    const verdict = await this.#judge.judge(`^(?:${print(regex)})$`, this.#flags);
    if (verdict.kind === 'safe') return true;
    this.#report(verdict, { at, what });
    return false;
  }

  #report(verdict: Exclude<Verdict, { kind: 'safe' }>, { at, what }: { at: Place; what: string }): void {
    if (verdict.kind === 'unknown') {
      this.#findings.report('unjudged-regex', at, {
        message: `it cannot be told whether ${what} is safe to match: ${verdict.reason}`,
        hint: 'write it in a simpler way',
      });
      return;
    }
    this.#findings.report('catastrophic-regex', at, {
      message: `the time to match ${what} grows ${verdict.growth}: try ${verdict.attack}`,
      hint: 'let each character match in one way only: no repeat within a repeat, no two repeats side by side',
    });
  }
}

/** Whether parameters can take characters from each other: two in one segment, or one that spans segments. */
function needsJoint({ pieces, requirements }: Draft): boolean {
  const all = parameters(pieces);
  if (all.length < 2) return false;
  if (all.some(({ name }) => maySpan(requirements.get(name)?.tree ?? { options: [] }))) return true;
  const between = pieces.slice(1).filter((piece, i) => piece.kind === 'text' && pieces[i]?.kind === 'param');
  const last = pieces.at(-1)?.kind === 'text' ? between.slice(0, -1) : between;
  return last.some((piece) => piece.kind === 'text' && !piece.text.includes('/'));
}

/** The whole pattern as one expression. */
function joint({ pieces, requirements }: Draft): Regex {
  const items = pieces.flatMap((piece, i): Item[] => {
    if (piece.kind === 'text') return [...piece.text].map((character) => once(literal(character)));
    const tree = requirements.get(piece.name)?.tree;
    return tree === undefined ? [anySegment(pieces[i + 1])] : [once({ kind: 'group', body: tree })];
  });
  return { options: [items] };
}

function once(atom: Item['atom']): Item {
  return { atom, min: 1, max: 1, lazy: false };
}

/** What a parameter without a requirement matches: anything up to the next separator. */
function anySegment(next: Piece | undefined): Item {
  const follows = next?.kind === 'text' ? next.text.charAt(0) : '/';
  const stop = SEPARATORS.includes(follows) ? follows : '/';
  const set = (ALL & ~SLASH & ~charSet(stop.charCodeAt(0))) | BEYOND_ASCII;
  return {
    atom: { kind: 'set', set, text: stop === '/' ? '[^/]' : `[^/${stop}]` },
    min: 1,
    max: Infinity,
    lazy: false,
  };
}
