import type { Application } from '../../../src/app/application.js';
import type { Patient } from '../../../src/app/doctor/doctor-check.js';
import { CHECKS, type Diagnosis } from '../../../src/app/doctor/examine.js';
import { THIS_MACHINE } from '../../../src/app/doctor/machine.js';
import { loadRouting, loadSettings } from '../../../src/config/index.js';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';

/** Runs `signalbox doctor`, and finds what it says of one thing. */
export async function doctor(...args: readonly string[]): Promise<(name: string) => Diagnosis> {
  const { stdout, stderr } = await cli(['doctor', '--json', ...args]);
  if (stdout === '') throw new Error(stderr);
  const all = JSON.parse(stdout) as readonly Diagnosis[];
  return (name) => all.find((one) => one.name === name) as Diagnosis;
}

/** What one check finds, of a patient of whom this is known and nothing else. */
export async function findings(
  name: string,
  { text = '', routes, ...known }: Partial<Patient> & { readonly text?: string; readonly routes?: string },
): Promise<readonly string[]> {
  const check = CHECKS.find((one) => one.name === name);
  if (check === undefined) throw new Error(`there is no check ${name}`);
  return check.run({ application: await applicationOf(settings(text, routes)), ...NOTHING, ...known });
}

/** Settings and routes alone: to compile the built-in handlers takes longer than all that is examined. */
async function applicationOf(file: string): Promise<Application> {
  const { settings, findings } = await loadSettings({ env: {}, flags: {}, file });
  const routing = await loadRouting({
    sources: settings.routing,
    defaultAccess: settings.access,
    handlers: new Set(['broadcast']),
  });
  return {
    settings,
    routes: routing.routes,
    findings: [...findings, ...routing.findings],
    folder: settings.folder,
    offers: { handlers: new Map(), periodic: new Map(), services: new Map() },
    plan() {
      throw new Error('nothing is built of it');
    },
  };
}

const NOTHING = {
  machine: THIS_MACHINE,
  ...{ redis: undefined, redisFault: undefined, url: undefined, key: undefined },
  ...{ channel: undefined, ticket: undefined, wait: 0 },
};

/** A settings file, of an application of these routes. */
export function settings(text: string, routes = '{}\n'): string {
  const files = {
    'signalbox.yml': `routing: routes.yml\ntopics: { handlers: topics }\n${text}`,
    'topics/a.mjs': '',
  };
  return `${testFolder({ ...files, 'routes.yml': routes })}/signalbox.yml`;
}
