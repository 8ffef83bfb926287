import { resolve } from 'node:path';
import type { PayloadContract } from '../core/payload-contract.js';
import type { DefaultAccess, Route } from '../core/route.js';
import type { RuleCheck } from '../core/rule-fault.js';
import type { Finding } from './finding.js';
import { FindingList } from './finding-list.js';
import { ImportWalk } from './import-walk.js';
import { checkExpressions } from './regex-checks.js';
import { buildRoute } from './route-builder.js';
import { checkDeadLetters, checkRoute } from './route-checks.js';
import type { Draft } from './route-draft.js';
import { BUILT_IN_RULES } from './route-keys.js';
import { checkOverlaps } from './route-overlap.js';
import { RoutingFiles, shownName, yamlFiles } from './routing-files.js';
import { SourceFile } from './source-file.js';

export interface RoutingRequest {
  /** Files, and folders of files, in the order in which their routes are tried. */
  readonly sources: readonly string[];
  /** The access of a route that says nothing about it. */
  readonly defaultAccess: DefaultAccess;
  /** The names that a `handler` may have; unchecked if absent. */
  readonly handlers?: ReadonlySet<string> | undefined;
  /** How one that there is not may come to be; undefined where there is nothing to say but what there is. */
  readonly remedyFor?: ((handler: string) => string | undefined) | undefined;
  /** The words in `access` with a meaning of their own, the built-in ones if absent; every other word is a role. */
  readonly rules?: ReadonlySet<string> | undefined;
  /** Says what is wrong with an expression in `access`; unchecked if absent. */
  readonly checkRule?: RuleCheck | undefined;
  /** Says of some routes whether one of them serves a channel; unchecked if absent. */
  readonly servedBy?: ((routes: readonly Route[]) => (channel: string) => boolean) | undefined;
  /** Whether warnings count as errors. */
  readonly strict?: boolean | undefined;
}

export interface Routing {
  /** In the order in which they are tried. A route with an error is left out. */
  readonly routes: readonly Route[];
  /** In the order of the files and of their lines. */
  readonly findings: readonly Finding[];
}

/** Reads routing files and checks them. Never rejects because of what is in them: all faults are findings. */
export async function loadRouting(request: RoutingRequest): Promise<Routing> {
  const findings = new FindingList(request.strict);
  const walk = new ImportWalk(new RoutingFiles(findings, request.rules ?? new Set(BUILT_IN_RULES)), findings);
  const drafts = lastOfEachName(await collect(request.sources, { walk, findings }), findings);
  const { handlers, remedyFor, defaultAccess, checkRule } = request;
  const surroundings = { handlers, remedyFor, defaultAccess, checkRule };
  const refused = new Set(await checkExpressions(drafts, findings));
  const contracts = await contractsOf(drafts, findings);
  for (const draft of drafts) {
    if (draft.payload !== undefined && !contracts.has(draft)) refused.add(draft);
    const before = findings.errors;
    checkRoute(draft, surroundings, findings);
    if (findings.errors > before) refused.add(draft);
  }
  const kept = drafts.filter((draft) => !draft.broken && !refused.has(draft));
  checkOverlaps(kept, findings);
  const routes = kept.map((draft) => buildRoute(draft, defaultAccess, contracts.get(draft)));
  if (request.servedBy !== undefined) checkDeadLetters(kept, request.servedBy(routes), findings);
  return {
    routes,
    findings: findings.sorted([...walk.visited].map(({ name }) => name)),
  };
}

/** What reads schemas is loaded by those only who have some. */
async function contractsOf(
  drafts: readonly Draft[],
  findings: FindingList,
): Promise<ReadonlyMap<Draft, PayloadContract>> {
  if (drafts.every(({ payload }) => payload === undefined)) return new Map();
  const { readContracts } = await import('./schema/read-contracts.js');
  return readContracts(drafts, findings);
}

async function collect(
  sources: readonly string[],
  { walk, findings }: { walk: ImportWalk; findings: FindingList },
): Promise<Draft[]> {
  const drafts: Draft[][] = [];
  for (const source of sources) {
    const path = resolve(source);
    const files = await yamlFiles(path);
    if (files === undefined || files.length === 0) reportNothing(path, files, findings);
    drafts.push(await walk.folder(files ?? []));
  }
  return drafts.flat();
}

function reportNothing(path: string, files: readonly string[] | undefined, findings: FindingList): void {
  const missing = files === undefined;
  findings.report(
    missing ? 'file-unreadable' : 'resource-empty',
    new SourceFile(shownName(path), '').at([0, 0]),
    {
      message: missing ? 'there is no such file or folder' : 'the folder has no .yml or .yaml file',
      hint: 'correct routing: in the settings, or --routing; a project that has both is made by signalbox init DIR',
    },
  );
}

/** A later route replaces an earlier one of the same name, and takes its place in the order from where it stands. */
function lastOfEachName(drafts: readonly Draft[], findings: FindingList): Draft[] {
  const byName = new Map<string, Draft>();
  for (const draft of drafts) {
    const earlier = byName.get(draft.name);
    if (earlier !== undefined) {
      const { line } = earlier.at.source.locate(earlier.at.range);
      findings.report('duplicate-route', draft.at, {
        message: `route "${draft.name}" replaces the one at ${earlier.at.source.name}:${line}, and is tried after all others so far`,
        hint: 'rename one of the two, or remove the one that is not wanted',
      });
      byName.delete(draft.name);
    }
    byName.set(draft.name, draft);
  }
  return [...byName.values()];
}
