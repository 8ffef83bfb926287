import { readRedisAddress } from '../brokers/index.js';
import { type Finding, formatFindings, loadRouting, loadSettings, type Settings } from '../config/index.js';
import type { Route } from '../core/route.js';
import { RouteTable, RULE_NAMES, ruleFault } from '../router/index.js';
import { knownHandlers } from './build-handlers.js';
import { checkLogins } from './challengers.js';
import type { Plan } from './container.js';
import { BUILT_IN_TOPICS, DiscoveryError, discover } from './discover.js';
import type { Offers } from './handler-class.js';
import { checkMembers } from './misspelt-members.js';
import { remedyOf } from './nameless.js';
import { checkAccounts } from './oro.js';
import { checkXmlSocket } from './xmlsocket.js';

export interface ApplicationOptions {
  /** The settings file; without it `signalbox.yml` of the working folder, if there is one. */
  readonly config?: string;
  /** Settings by their dotted path, such as `listen.port`: they override the environment and the file. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether warnings about routes count as errors. */
  readonly strict?: boolean;
  /** Classes beside those of the folders, of which they replace what has the same name. */
  readonly offers?: Offers;
}

/** The configuration has errors: all of them are in `findings`, and in the message as a person reads them. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(formatFindings(findings, { color: false }));
    this.findings = findings;
  }
}

/** Settings, routes and handler classes as they were found, with everything that is wrong about them. */
export interface Application {
  readonly settings: Settings;
  readonly routes: readonly Route[];
  readonly offers: Offers;
  readonly findings: readonly Finding[];
  /** The folder that paths are relative to. */
  readonly folder: string;
  /** What a server is built from. Throws `ConfigurationError` when there are errors. */
  plan(): Plan;
}

/** Reads everything an application consists of. Throws only `DiscoveryError`, for handler files that do not load. */
export async function loadApplication(options: ApplicationOptions = {}): Promise<Application> {
  const {
    settings,
    findings: settingFindings,
    overridden,
  } = await loadSettings({
    env: options.env ?? process.env,
    flags: options.flags ?? {},
    checkRule: ruleFault,
    checkBroker: faultOfBroker,
    ...(options.config !== undefined && { file: options.config }),
  });
  const offers = withOffers(await discover([BUILT_IN_TOPICS, ...settings.topics.folders]), options.offers);
  const handlers = knownHandlers(offers, settings.topics.named);
  checkNames(offers, settings);
  checkAccounts(offers, settings);
  checkLogins(offers, settings);
  const { routes, findings: routeFindings } = await loadRouting({
    sources: settings.routing,
    defaultAccess: settings.access,
    handlers,
    remedyFor: (name) => remedyOf(offers, name),
    rules: new Set(RULE_NAMES),
    checkRule: ruleFault,
    servedBy,
    strict: options.strict,
  });
  const findings = [
    ...settingFindings,
    ...routeFindings,
    ...checkXmlSocket(settings, { routes, file: options.config ?? 'signalbox.yml' }),
    ...(await checkMembers(offers, { strict: options.strict })),
  ];
  return {
    settings,
    routes,
    offers,
    findings,
    folder: settings.folder,
    plan() {
      if (findings.some(({ severity }) => severity === 'error')) throw new ConfigurationError(findings);
      return { settings, routes, offers, overridden };
    },
  };
}

function withOffers(found: Offers, more: Offers | undefined): Offers {
  if (more === undefined) return found;
  return {
    handlers: new Map([...found.handlers, ...more.handlers]),
    periodic: new Map([...found.periodic, ...more.periodic]),
    services: new Map([...found.services, ...more.services]),
    nameless: [...(found.nameless ?? []), ...(more.nameless ?? [])],
  };
}

/** Undefined for an address that can be read. */
function faultOfBroker(address: string): string | undefined {
  try {
    readRedisAddress(address);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Every class that `topics:` names has to exist. */
function checkNames(offers: Offers, { topics }: Settings): void {
  for (const [name, entry] of topics.named) {
    if (offers.handlers.has(entry.class)) continue;
    const known = [...offers.handlers.keys()].join(', ');
    throw new DiscoveryError(
      `topics.${name} names class ${entry.class}, which nobody offers: there are ${known}`,
    );
  }
}

function servedBy(routes: readonly Route[]): (channel: string) => boolean {
  const table = new RouteTable(routes);
  return (channel) => table.explain(channel).some(({ matched }) => matched);
}
