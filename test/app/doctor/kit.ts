import type { Diagnosis } from '../../../src/app/doctor/examine.js';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';

/** Runs `signalbox doctor`, and finds what it says of one thing. */
export async function doctor(...args: readonly string[]): Promise<(name: string) => Diagnosis> {
  const { stdout, stderr } = await cli(['doctor', '--json', ...args]);
  if (stdout === '') throw new Error(stderr);
  const all = JSON.parse(stdout) as readonly Diagnosis[];
  return (name) => all.find((one) => one.name === name) as Diagnosis;
}

/** A settings file, of an application of these routes. */
export function settings(text: string, routes = '{}\n'): string {
  const files = {
    'signalbox.yml': `routing: routes.yml\ntopics: { handlers: topics }\n${text}`,
    'topics/a.mjs': '',
  };
  return `${testFolder({ ...files, 'routes.yml': routes })}/signalbox.yml`;
}
