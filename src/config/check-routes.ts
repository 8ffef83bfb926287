import type { Route } from '../core/route.js';
import type { Finding } from './finding.js';
import { FindingList } from './finding-list.js';
import { readRequirement } from './regex/requirement-regex.js';
import { checkExpressions, type Draft } from './regex-checks.js';
import { cutPattern } from './route-pattern.js';
import { SourceFile } from './source-file.js';

/** Milliseconds for all expressions of what one request sends. */
const MOST_TIME = 20_000;

/**
 * The expressions of routes that come from no file of this server and that a hostile channel could keep busy. Throws for an
 * expression that cannot be read, and for so many that it cannot be told of all of them within `time`, in milliseconds.
 */
export async function checkRoutes(
  routes: readonly Route[],
  { time = MOST_TIME }: { readonly time?: number } = {},
): Promise<readonly Finding[]> {
  const findings = new FindingList();
  await checkExpressions(routes.map(draftOf), findings, { time });
  return findings.sorted([]);
}

function draftOf({ name, pattern, requirements, options }: Route): Draft {
  const utf8 = options['utf8'] === true;
  const whole = (text: string) => new SourceFile(`route ${name}`, text).at([0, text.length]);
  const read = Object.entries(requirements).map(([parameter, requirement]) => {
    const { tree } = readRequirement(requirement.pattern, utf8);
    return [parameter, { requirement, tree, at: whole(requirement.pattern) }] as const;
  });
  return {
    name,
    pieces: cutPattern(pattern),
    patternAt: whole(pattern),
    requirements: new Map(read),
    defaults: new Map(),
    options: new Map(Object.entries(options)),
  };
}
