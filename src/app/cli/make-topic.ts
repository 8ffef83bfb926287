import { rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Finding, formatFindings } from '../../config/index.js';
import type { Application } from '../application.js';
import { knownHandlers } from '../build-handlers.js';
import { newTopic } from '../new-topic.js';
import { appendRoute, type Before, routingPlace } from '../routing-place.js';
import { topicWords } from '../topic-words.js';
import { tryHandlers } from '../try-handlers.js';
import { writeNew } from '../write-new.js';
import { openApplication } from './application-options.js';
import type { CliCommand } from './program.js';

/**
 * A class, its test, and its route at the end of a routing file. What the server would have to say against them is said now, and
 * then nothing has been made.
 */
export const makeTopic: CliCommand['run'] = async ({ args: [, name = ''], options, context }) => {
  const words = topicWords(name, options['channel'] as string | undefined);
  const application = await openApplication(options, context);
  checkFree(name, application);
  const methods = listOf(options['methods']);
  const { files, route } = await newTopic(words, { methods, access: application.settings.access });
  const folder = topicsFolder(application);
  await writeNew(folder, files);
  const made = files.map(({ path }) => join(folder, path));
  const tell = (what: string, path: string) => context.out(`${what} ${relative(process.cwd(), path)}`);
  if (options['print'] === true) {
    for (const path of made) tell('made', path);
    context.out(`\n${route.trimEnd()}`);
    return 0;
  }
  const place = await routingPlace(application.settings.routing, options['file'] as string | undefined);
  const before = await appendRoute(place, route);
  const faults = await newFaults(application, () => openApplication(options, context)).catch(
    (error: Error) => error,
  );
  if (faults instanceof Error || faults.length > 0) {
    await takeBack(before, made);
    context.err(faults instanceof Error ? faults.message : formatFindings(faults, { color: context.color }));
    context.err('nothing was made');
    return 1;
  }
  for (const path of made) tell('made', path);
  tell(before.text === undefined ? 'made' : `added route ${name} to`, place);
  for (const line of nextSteps(words.pattern, methods)) context.out(line);
  return 0;
};

function nextSteps(pattern: string, [method]: readonly string[]): readonly string[] {
  const sample = pattern.replaceAll('{method}', method ?? '1').replaceAll(/\{\w+\}/g, '1');
  const tries =
    method === undefined
      ? [
          `npx signalbox subscribe ${sample}`,
          `npx signalbox publish ${sample} '{"text": "hello"}'`,
          `in a page: sync.subscribe('${sample}', (payload) => console.log(payload))`,
        ]
      : [
          `npx signalbox call ${sample} 1 2 --user 5`,
          `in a page: sync.call('${sample}', 1, 2).then(console.log)`,
        ];
  return [
    'next: write what it does, then npm test; and try it on a running server:',
    ...tries.map((line) => `  ${line}`),
  ];
}

function checkFree(name: string, { offers, settings, routes }: Application): void {
  const route = routes.find((one) => one.name === name);
  if (route !== undefined) throw new Error(`there is a route ${name} already, for ${route.pattern}`);
  const file = offers.handlers.get(name)?.file;
  if (file !== undefined) throw new Error(`there is a handler ${name} already, in ${file}`);
  if (knownHandlers(offers, settings.topics.named).has(name))
    throw new Error(`topics: in the settings gives the handler name ${name} to a class already`);
}

function topicsFolder({ settings, folder }: Application): string {
  return settings.topics.folders[0] ?? resolve(folder, 'topics');
}

function listOf(given: unknown): readonly string[] {
  return typeof given === 'string' ? given.split(',').map((method) => method.trim()) : [];
}

/** What is found now and was not before. Throws for handlers that cannot be built. */
async function newFaults(
  { findings: known }: Application,
  open: () => Promise<Application>,
): Promise<readonly Finding[]> {
  const application = await open();
  const before = new Set(known.map(wordsOf));
  const faults = application.findings.filter((finding) => !before.has(wordsOf(finding)));
  if (faults.length === 0 && !application.findings.some(({ severity }) => severity === 'error'))
    tryHandlers(application.plan());
  return faults;
}

function wordsOf({ file, line, code, message }: Finding): string {
  return JSON.stringify([file, line, code, message]);
}

async function takeBack({ file, text }: Before, made: readonly string[]): Promise<void> {
  await Promise.all(made.map((path) => rm(path, { force: true })));
  await (text === undefined ? rm(file, { force: true }) : writeFile(file, text));
}
