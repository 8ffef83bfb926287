import { type Finding, formatFindings } from '../../config/index.js';
import type { ReloadReport } from '../../core/reload.js';
import { safeText } from './in-words.js';

type Changes = ReloadReport['routes'];

/** What came of a reload, for people. */
export function describeReload(report: ReloadReport, { color }: { readonly color: boolean }): string {
  const findings = formatFindings(report.findings as readonly Finding[], { color });
  if (!report.applied) return [findings, `not reloaded: ${report.reason}`].filter(isSaid).join('\n\n');
  const { channels, subscriptions, settings, restart } = report;
  const lines = [
    ...describeRoutes(report.routes),
    ...describeHandlers(report),
    ...(settings.length > 0 ? [`  ~ settings: ${settings.join(', ')}`] : []),
    `reloaded: ${count(channels.moved, 'of the live channels')} ${channels.moved === 1 ? 'has' : 'have'} changed, ${subscriptions.ended} subscriptions ended, ${subscriptions.asked} are asked for again`,
    ...(restart.length > 0 ? [`needs a restart: ${restart.join(', ')}`] : []),
  ];
  return [findings, lines.join('\n')].filter(isSaid).join('\n\n');
}

/** What a reload would do, for people. */
export function describePlan(report: ReloadReport, { color }: { readonly color: boolean }): string {
  const findings = formatFindings(report.findings as readonly Finding[], { color });
  if (!report.applied)
    return [findings, `a reload would be refused: ${report.reason}`].filter(isSaid).join('\n\n');
  const { channels, subscriptions, settings, restart, examples = [] } = report;
  const lines = [
    ...describeRoutes(report.routes),
    ...describeHandlers(report),
    ...(settings.length > 0 ? [`  ~ settings, by the reload: ${settings.join(', ')}`] : []),
    ...examples.map((one) => {
      const route = one.before === one.after ? one.before : `${one.before} -> ${one.after ?? 'no route'}`;
      return `    ${safeText(one.channel)} (${route}): ${one.ends} of ${one.subscriptions} subscriptions would end`;
    }),
    `plan: ${channels.moved} of ${channels.live} live channels would change, ${subscriptions.ended} subscriptions would end, ${subscriptions.asked} would be asked for again`,
    ...(restart.length > 0 ? [`would need a restart: ${restart.join(', ')}`] : []),
  ];
  return [findings, lines.join('\n')].filter(isSaid).join('\n\n');
}

/** Routes that have come, gone or changed, a line for each. */
export function describeRoutes({ added, removed, changed, reordered }: Changes): readonly string[] {
  return [
    ...added.map((name) => `  + ${name}`),
    ...removed.map((name) => `  - ${name}`),
    ...changed.map(({ name, parts }) => `  ~ ${name}: ${parts.join(', ')}`),
    ...(reordered ? ['  ~ routes are tried in another order'] : []),
  ];
}

/** Handlers that are others, and what they demand, a line for each. */
function describeHandlers({ handlers, demands }: ReloadReport): readonly string[] {
  return [
    ...(handlers.length > 0 ? [`  * new handlers: ${handlers.join(', ')}`] : []),
    ...demands.map(({ handler, routes, before, after }) => {
      const who = `${handler} (${safeText(routes.join(', '))})`;
      if (before !== undefined) return `  ! ${who} demands ${rulesIn(after)}, in place of ${rulesIn(before)}`;
      const unknown = 'the server has no such handler';
      if (after === undefined) return `  ! ${who}: ${unknown}, and it is taken to demand nothing`;
      return `  ! ${who}: ${unknown}; here it demands ${rulesIn(after)}`;
    }),
  ];
}

/** As in `subscribe: owner`. */
function rulesIn(access: ReloadReport['demands'][number]['after']): string {
  const rules = Object.entries(access ?? {}).map(
    ([operation, own]) => `${operation}: ${own.length === 0 ? 'nobody' : own.join(' or ')}`,
  );
  return rules.length === 0 ? 'nothing' : safeText(rules.join(', '));
}

function count(number: number, what: string): string {
  return `${number} ${what}`;
}

function isSaid(text: string): boolean {
  return text !== '';
}
