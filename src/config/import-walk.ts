import type { FindingList } from './finding-list.js';
import type { Draft, ResourceImport } from './route-draft.js';
import { isGlob, type LoadedFile, type RoutingFiles } from './routing-files.js';

/** More files than any installation has; only imports that import each other twice over come so far. */
const MOST_VISITS = 5000;

/** Follows imports, depth first and in the order of each file, and applies what they impose. */
export class ImportWalk {
  readonly #files: RoutingFiles;
  readonly #findings: FindingList;
  /** The files visited, in the order of their first visit. */
  readonly visited = new Set<LoadedFile>();
  readonly #imported = new Set<string>();
  readonly #resolved = new Map<ResourceImport, readonly string[]>();
  #visits = 0;

  constructor(files: RoutingFiles, findings: FindingList) {
    this.#files = files;
    this.#findings = findings;
  }

  /**
   * The drafts of a folder's files. A file that another one of them imports is read there and not by itself,
   * unless they only import each other.
   */
  async folder(paths: readonly string[]): Promise<Draft[]> {
    await this.#resolveAll(paths);
    const drafts: Draft[][] = [];
    for (const path of paths) if (!this.#imported.has(path)) drafts.push(await this.#file(path));
    for (const path of paths) {
      const file = await this.#files.load(path);
      if (!this.visited.has(file)) drafts.push(await this.#file(path));
    }
    return drafts.flat();
  }

  async #file(path: string): Promise<Draft[]> {
    return this.#walk(await this.#files.load(path), []);
  }

  /** Resolves every import that can be reached, so that it is known which files are imported. */
  async #resolveAll(paths: readonly string[]): Promise<void> {
    const seen = new Set(paths);
    for (const path of seen) {
      for (const target of await this.#targets(await this.#files.load(path))) {
        seen.add(target);
        if (target !== path) this.#imported.add(target);
      }
    }
  }

  async #targets(file: LoadedFile): Promise<string[]> {
    const targets: string[] = [];
    for (const entry of file.entries) {
      if ('import' in entry) targets.push(...(await this.#resolve(file, entry.import)));
    }
    return targets;
  }

  async #resolve(file: LoadedFile, resource: ResourceImport): Promise<readonly string[]> {
    const known = this.#resolved.get(resource);
    if (known !== undefined) return known;
    const found = (await this.#files.resolve(file, resource)).filter(
      (path) => path !== file.path || !isGlob(resource.resource),
    );
    this.#resolved.set(resource, found);
    return found;
  }

  async #walk(file: LoadedFile, above: readonly LoadedFile[]): Promise<Draft[]> {
    this.visited.add(file);
    this.#visits += 1;
    const drafts: Draft[][] = [];
    for (const entry of file.entries) {
      drafts.push('draft' in entry ? [entry.draft] : await this.#follow(entry.import, [...above, file]));
    }
    return drafts.flat();
  }

  async #follow(resource: ResourceImport, chain: readonly LoadedFile[]): Promise<Draft[]> {
    const drafts: Draft[] = [];
    const importer = chain.at(-1);
    if (importer === undefined) return drafts;
    for (const path of await this.#resolve(importer, resource)) {
      const file = await this.#files.load(path);
      if (this.#refuses(file, { resource, chain })) continue;
      for (const draft of await this.#walk(file, chain)) drafts.push(imposed(draft, resource));
    }
    return drafts;
  }

  #refuses(
    file: LoadedFile,
    { resource, chain }: { resource: ResourceImport; chain: readonly LoadedFile[] },
  ): boolean {
    const endless = chain.includes(file);
    if (!endless && this.#visits < MOST_VISITS) return false;
    const names = [...chain, file].map(({ name }) => name).join(' -> ');
    const message = endless
      ? `the imports run in a circle: ${names}`
      : 'the imports multiply into too many files';
    this.#findings.report('resource-cycle', resource.at, { message, hint: 'remove one of the imports' });
    return true;
  }
}

/** What an import says wins over what a route says itself. */
function imposed(draft: Draft, { requirements, defaults, options }: ResourceImport): Draft {
  if (requirements.size + defaults.size + options.size === 0) return draft;
  return {
    ...draft,
    requirements: new Map([...draft.requirements, ...requirements]),
    defaults: new Map([...draft.defaults, ...defaults]),
    options: new Map([...draft.options, ...options]),
  };
}
