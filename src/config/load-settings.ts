import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OPERATIONS } from '../core/route.js';
import type { RuleCheck } from '../core/rule-fault.js';
import type { BrokerCheck } from './broker-check.js';
import type { Finding } from './finding.js';
import { FindingList } from './finding-list.js';
import { readText } from './read-text.js';
import { shownName } from './routing-files.js';
import { secretColumns } from './secret-lines.js';
import { SettingSources } from './setting-sources.js';
import type { Settings } from './settings.js';
import { faultsOf, type SettingFault } from './settings-issues.js';
import { SettingsReading } from './settings-reading.js';
import { type ParsedSettings, settingsSchema } from './settings-schema.js';
import { SourceFile } from './source-file.js';
import { readYaml } from './yaml-file.js';

const FILE = 'signalbox.yml';
/** A fault may hide another, which shows when the first is gone. */
const MOST_ROUNDS = 5;

export interface SettingsRequest {
  /** The settings file; without it SIGNALBOX_CONFIG, or `signalbox.yml` of the working folder if there is one. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By the path of the setting, such as `listen.port`; `describeSettings` tells the flag of each. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  /** Says what is wrong with an expression in `access`; unchecked if absent. */
  readonly checkRule?: RuleCheck | undefined;
  /** Looks at the address of a broker; unchecked if absent. */
  readonly checkBroker?: BrokerCheck | undefined;
}

export interface LoadedSettings {
  readonly settings: Settings;
  readonly findings: readonly Finding[];
  /** What the environment and flags have given, by dotted paths. */
  readonly overridden: readonly string[];
}

/**
 * Reads the settings: flags before environment before file before defaults. Never rejects because of what they say:
 * all faults are findings, and where there is one the default stands in.
 */
export async function loadSettings(request: SettingsRequest): Promise<LoadedSettings> {
  const findings = new FindingList();
  const path = await settingsPath(request);
  const folder = path === undefined ? process.cwd() : dirname(path);
  const sources = await readSources(path, findings);
  sources.override(request.env);
  sources.overrideByFlags(request.flags ?? {});
  const parsed = parse(sources, findings);
  if (request.checkRule !== undefined) checkAccess(parsed.access, { ...request, sources, findings });
  const settings = await new SettingsReading({
    parsed,
    sources,
    env: request.env,
    findings,
    checkBroker: request.checkBroker,
  }).settings(folder);
  return { settings, findings: findings.sorted([]), overridden: sources.overridden };
}

/** The rules of an installation do not know the parameters of its routes. */
function checkAccess(
  access: ParsedSettings['access'],
  { checkRule, sources, findings }: SettingsRequest & { sources: SettingSources; findings: FindingList },
): void {
  for (const operation of OPERATIONS) {
    for (const [i, rule] of (access[operation] ?? []).entries()) {
      const fault = checkRule?.(rule, { operation });
      if (fault === undefined) continue;
      const text = { message: `access.${operation}: ${fault.message}`, hint: fault.hint };
      findings.report('bad-expression', sources.at(['access', operation, String(i)]), text);
    }
  }
}

async function settingsPath({ file, env }: SettingsRequest): Promise<string | undefined> {
  const given = file ?? env['SIGNALBOX_CONFIG'];
  if (given !== undefined && given !== '') return resolve(given);
  const found = await access(FILE).then(
    () => true,
    () => false,
  );
  return found ? resolve(FILE) : undefined;
}

async function readSources(path: string | undefined, findings: FindingList): Promise<SettingSources> {
  const name = path === undefined ? FILE : shownName(path);
  const open = (text: string) => new SourceFile(name, text, secretColumns(text));
  const source = path === undefined ? undefined : await readText({ path, name }, findings, open);
  if (source === undefined) return new SettingSources(open(''), undefined);
  const content = readYaml(source, findings);
  if (
    content !== undefined &&
    content.kind !== 'map' &&
    !(content.kind === 'scalar' && content.value === null)
  ) {
    const text = { message: 'the settings must be a map', hint: 'write listen: { port: 8080 }, for example' };
    findings.report('wrong-type', source.at(content.range), text);
  }
  return new SettingSources(source, content);
}

/** What the sources say, with the default in place of what is wrong. */
function parse(sources: SettingSources, findings: FindingList): ParsedSettings {
  const reported = new Set<string>();
  // what the file says is checked even where something overrides it
  const wrong = new Set(check(sources.merged).map(({ path }) => path.join('.')));
  for (const fault of check(sources.written)) {
    if (sources.completes(fault.path) && !wrong.has(fault.path.join('.'))) continue;
    reported.add(`${fault.path.join('.')} ${fault.message}`);
    findings.report(fault.code, sources.inFile(fault.path, fault.name), fault);
  }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const result = settingsSchema.safeParse(sources.merged);
    if (result.success) return result.data;
    for (const fault of faultsOf(result.error)) {
      const told = `${fault.path.join('.')} ${fault.message}`;
      if (!reported.has(told)) findings.report(fault.code, sources.at(fault.path, fault.name), fault);
      // A default that contradicts what is given stays.
      reported.add(told);
      sources.remove(wholeOf(fault.path));
    }
  }
  return settingsSchema.parse({});
}

/** What goes with a faulty setting: a way to authenticate is there as a whole or not at all. */
function wholeOf(path: readonly string[]): readonly string[] {
  if (/^auth\.logins\./.test(path.join('.'))) return path.slice(0, 3);
  return /^auth\.(?:jwt|http)\./.test(path.join('.')) ? path.slice(0, 2) : path;
}

function check(input: unknown): SettingFault[] {
  const result = settingsSchema.safeParse(input);
  return result.success ? [] : faultsOf(result.error);
}
