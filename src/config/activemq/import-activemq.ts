import { resolve } from 'node:path';
import type { Finding } from '../finding.js';
import { FindingList } from '../finding-list.js';
import { readText } from '../read-text.js';
import { shownName } from '../routing-files.js';
import { SourceFile } from '../source-file.js';
import { TooManyOverlaps } from './closure.js';
import type { Entry, ImportNote } from './entries.js';
import { type ImportedRoute, importedRoutes } from './imported-routes.js';
import { MapReader } from './map-reader.js';
import { RoleReader } from './role-reader.js';
import { writeRouting } from './write-routing.js';

export interface ActiveMqImport {
  /** In the order in which they are to be tried; none with findings. */
  readonly routes: readonly ImportedRoute[];
  /** The routing file. */
  readonly text: string;
  /** What was left out or reads otherwise here. */
  readonly notes: readonly ImportNote[];
  /** In the order of the lines. */
  readonly findings: readonly Finding[];
}

/**
 * Makes routes of the `authorizationMap` in an XML file, up to 1 MiB, that allow and refuse the same. `roles` has the
 * rules for roles that are called otherwise here. Never rejects because of what is in the file: faults are findings.
 */
export async function importActiveMq(
  path: string,
  roles: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<ActiveMqImport> {
  const findings = new FindingList();
  const name = shownName(resolve(path));
  const source = await readText({ path, name }, findings, (text) => new SourceFile(name, text, passwordAt));
  if (source === undefined) return { ...NOTHING, findings: findings.sorted([name]) };
  const roleReader = new RoleReader(source, findings, roles);
  const { entries, notes } = new MapReader(source, findings, roleReader).read();
  const routes = findings.errors === 0 ? routesOf(entries, { source, findings }) : [];
  if (findings.errors > 0) return { ...NOTHING, notes, findings: findings.sorted([name]) };
  return {
    routes,
    text: writeRouting(routes, name),
    notes: [...notes, ...adminNotes(entries, name), ...roleReader.notes()],
    findings: [],
  };
}

const NOTHING: ActiveMqImport = { routes: [], text: '', notes: [], findings: [] };

function routesOf(
  entries: readonly Entry[],
  { source, findings }: { source: SourceFile; findings: FindingList },
): readonly ImportedRoute[] {
  try {
    return importedRoutes(entries);
  } catch (error) {
    if (!(error instanceof TooManyOverlaps)) throw error;
    findings.report('too-many-overlaps', source.at([0, 0]), {
      message: 'the entries overlap in more than 5000 ways, and each would be a route',
      hint: 'write fewer patterns with * in different places, or import queues and topics in parts',
    });
    return [];
  }
}

function adminNotes(entries: readonly Entry[], file: string): ImportNote[] {
  const count = new Set(entries.filter(({ roles }) => roles.admin.length > 0).map(({ line }) => line)).size;
  if (count === 0) return [];
  const text = `admin of ${count} ${count === 1 ? 'entry' : 'entries'} is kept in comments only: nothing is created by being used`;
  return [{ file, text }];
}

/** A configuration of ActiveMQ may have passwords of users. */
function passwordAt(line: string): number | undefined {
  const found = /password|secret/i.exec(line);
  return found === null ? undefined : found.index + found[0].length;
}
