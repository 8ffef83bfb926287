import { readFile, stat } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { escapePath, glob } from 'tinyglobby';
import { FindingList } from '../finding-list.js';
import { readText } from '../read-text.js';
import type { SourceFile } from '../source-file.js';
import { readXml, type XmlElement } from '../xml-file.js';
import { readYaml } from '../yaml-file.js';
import type { YamlNode } from '../yaml-tree.js';
import type { GosNote, GosPlace } from './installation.js';

const IGNORED = [
  '**/node_modules/**',
  '**/var/**',
  '**/Tests/**',
  '**/tests/**',
  'vendor/gos/**',
  'vendor/cboden/**',
];
const ROUTING = '**/Resources/config/oro/websocket_routing.{yml,yaml}';
const MOST_FILES = 50_000;
const LARGEST_CODE = 256 * 1024;

/** A YAML file of Symfony, read. */
export interface ConfigFile {
  readonly source: SourceFile;
  readonly root: YamlNode;
}

/** An XML file of services. */
export interface XmlConfigFile {
  readonly source: SourceFile;
  readonly elements: readonly XmlElement[];
}

/** The files of an installation, found by where Symfony and Oro look for them. Nothing of them is run. */
export class InstallationFiles {
  readonly notes: GosNote[] = [];
  readonly #folder: string;

  /** `folder` is absolute. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(file: string): string {
    return join(this.#folder, file);
  }

  /** Settings and services of the application and of its bundles. */
  config(): Promise<readonly string[]> {
    return this.#find([
      '{config,app/config}/**/*.{yml,yaml}',
      'Resources/config/**/*.{yml,yaml}',
      '{src,vendor,bundles}/**/Resources/config/**/*.{yml,yaml}',
    ]);
  }

  xml(): Promise<readonly string[]> {
    return this.#find([
      '{config,app/config}/**/*.xml',
      'Resources/config/**/*.xml',
      '{src,vendor,bundles}/**/Resources/config/**/*.xml',
    ]);
  }

  /** Of the bundles, and then of the application. */
  async routing(): Promise<readonly string[]> {
    const bundles = await this.#find([ROUTING]);
    const application = await this.#find([
      'config/oro/websocket_routing/*.yml',
      'config/oro/websocket_routing.yml',
    ]);
    return [...bundles, ...application];
  }

  /** Of the application all, of its packages those that lie where handlers do. */
  php(): Promise<readonly string[]> {
    return this.#find([
      '{src,app,bundles}/**/*.php',
      '{Topic,RPC,Rpc,Periodic}/**/*.php',
      'vendor/**/{Topic,RPC,Rpc,Periodic,WebSocket,Websocket}/**/*.php',
    ]);
  }

  /** Settings of the application that are PHP. */
  phpConfig(): Promise<readonly string[]> {
    return this.#find(['{config,app/config}/**/*.php', '{src,bundles}/**/Resources/config/**/*.php']);
  }

  /** Scripts and templates of the application's pages. */
  pages(): Promise<readonly string[]> {
    return this.#find(['{src,app,assets,templates,bundles}/**/*.{js,mjs,jsx,ts,tsx,vue,twig}']);
  }

  /** Files that a pattern relative to a file of the installation names, or that one file. */
  beside(file: string, pattern: string): Promise<readonly string[]> {
    const path = posix.normalize(posix.join(posix.dirname(file), pattern));
    return path.startsWith('..') ? Promise.resolve([]) : this.#find([path]);
  }

  /** Files below any folder of the installation whose path ends so. */
  ending(path: string): Promise<readonly string[]> {
    return this.#find([escapePath(path), `**/${escapePath(path)}`]);
  }

  /** Whether there is such a file within the installation. */
  async has(file: string): Promise<boolean> {
    const path = this.pathOf(file);
    return (
      path.startsWith(this.#folder + sep) && ((await stat(path).catch(() => undefined))?.isFile() ?? false)
    );
  }

  /** Undefined for what cannot be read, which is noted. */
  async readConfig(file: string): Promise<ConfigFile | undefined> {
    const findings = new FindingList();
    const source = await this.#source(file, findings);
    const root = source === undefined ? undefined : readYaml(source, findings);
    if (source !== undefined && root !== undefined) return { source, root };
    this.#noteFault(file, findings);
    return undefined;
  }

  /** A file of routes; what is wrong with it is said when its routes are read. */
  async readRouting(file: string): Promise<ConfigFile | undefined> {
    const findings = new FindingList();
    const source = await this.#source(file, findings);
    const root = source === undefined ? undefined : readYaml(source, findings);
    return source === undefined || root === undefined ? undefined : { source, root };
  }

  async readXml(file: string): Promise<XmlConfigFile | undefined> {
    const findings = new FindingList();
    const source = await this.#source(file, findings);
    if (source === undefined || !isOfHandlers(source.text)) return undefined;
    const elements = readXml(source, findings);
    this.#noteFault(file, findings);
    return { source, elements };
  }

  /** The text of a file of code; undefined for one that is too large or cannot be read. */
  async readCode(file: string): Promise<string | undefined> {
    try {
      const path = this.pathOf(file);
      const found = await stat(path);
      // A pipe or a device, to which a link may lead, never ends.
      return found.isFile() && found.size <= LARGEST_CODE ? await readFile(path, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  }

  /** A file beside the application, such as `.env`. */
  async readBeside(name: string): Promise<SourceFile | undefined> {
    return this.#source(name, new FindingList());
  }

  #source(file: string, findings: FindingList): Promise<SourceFile | undefined> {
    return readText({ path: this.pathOf(file), name: file }, findings);
  }

  /** Only what would have been looked for there matters, so it is said once for a file. */
  #noteFault(file: string, findings: FindingList): void {
    const [fault] = findings.sorted([file]).filter(({ severity }) => severity === 'error');
    if (fault === undefined) return;
    const { line, message } = fault;
    this.notes.push({ kind: 'todo', at: { file, line }, text: `this file could not be read: ${message}` });
  }

  async #find(patterns: readonly string[]): Promise<readonly string[]> {
    const found = await glob([...patterns], { cwd: this.#folder, ignore: IGNORED, dot: false });
    if (found.length > MOST_FILES)
      throw new Error(
        `${found.length} files below ${this.#folder}: name the folder of the application alone`,
      );
    return found.sort();
  }
}

/** Whether services, or names of classes among parameters, may be those of handlers. */
function isOfHandlers(text: string): boolean {
  return (
    text.includes('gos_web_socket.') || (/<parameter\b/.test(text) && /Topic|R[Pp][Cc]|Periodic/.test(text))
  );
}

/** Where a node of a file stands. */
export function placeOf(
  source: SourceFile,
  { range }: { readonly range: readonly [number, number] },
): GosPlace {
  return { file: source.name, line: source.locate(range).line };
}
