import { resolve } from 'node:path';
import { FileReader } from './file-reader.js';
import type { Finding } from './finding.js';
import { FindingList } from './finding-list.js';
import { readText } from './read-text.js';
import type { ActorReading, RouteExpectation } from './route-test.js';
import { RouteTestFile } from './route-test-file.js';
import { routeTestFiles, shownName } from './routing-files.js';
import type { Settings } from './settings.js';
import type { SourceFile } from './source-file.js';
import { readYaml } from './yaml-file.js';

/**
 * The route test files of an application: those in and below the folders of `routing`, and those beside the settings.
 */
export async function findRouteTests({
  routing,
  folder,
}: Pick<Settings, 'routing' | 'folder'>): Promise<readonly string[]> {
  const places = [...routing.map((path) => ({ path, below: true })), { path: folder, below: false }];
  const found = await Promise.all(places.map((place) => routeTestFiles(resolve(place.path), place)));
  return [...new Set(found.flatMap((files) => files ?? []))];
}

/**
 * The expectations of route test files, and of those in and below folders, in their order. Never rejects because of what
 * is in them.
 */
export async function readRouteTests(
  paths: readonly string[],
  readActor: ActorReading,
): Promise<{ readonly expectations: readonly RouteExpectation[]; readonly findings: readonly Finding[] }> {
  const findings = new FindingList();
  const expectations: RouteExpectation[] = [];
  const files = await filesOf(paths);
  for (const file of files) {
    const source = await readText(file, findings);
    if (source !== undefined) expectations.push(...readFile(source, { findings, readActor }));
  }
  return { expectations, findings: findings.sorted(files.map(({ name }) => name)) };
}

async function filesOf(paths: readonly string[]): Promise<readonly { path: string; name: string }[]> {
  const found = await Promise.all(
    paths.map(async (path) => (await routeTestFiles(resolve(path), { below: true })) ?? [resolve(path)]),
  );
  return [...new Set(found.flat())].map((path) => ({ path, name: shownName(path) }));
}

function readFile(
  source: SourceFile,
  { findings, readActor }: { findings: FindingList; readActor: ActorReading },
): readonly RouteExpectation[] {
  const before = findings.errors;
  const content = readYaml(source, findings);
  if (content === undefined && findings.errors > before) return [];
  const nothing = { kind: 'scalar', range: [0, 0], value: null, text: '', style: 'plain' } as const;
  return new RouteTestFile(new FileReader(source, findings), readActor).read(content ?? nothing);
}
