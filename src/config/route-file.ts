import { AccessReader } from './access-reader.js';
import { readDelivery } from './delivery-reader.js';
import { entryOf, type FileReader } from './file-reader.js';
import { readHandler } from './handler-reader.js';
import { readHistory } from './history-reader.js';
import { readImport } from './import-reader.js';
import { readLimits } from './limits-reader.js';
import { PatternReader } from './pattern-reader.js';
import { readPayload } from './payload-reader.js';
import { readPresence } from './presence-reader.js';
import { RequirementReader } from './requirement-reader.js';
import type { Draft, DraftDefault, DraftRequirement, FileEntry } from './route-draft.js';
import { HTTP_KEYS, isOneOf, ROUTE_KEYS } from './route-keys.js';
import { parameters } from './route-pattern.js';
import { readDefaults, readOptions } from './route-sections.js';
import { didYouMean, listed, nearest } from './suggestion.js';
import { checkLeftovers } from './symfony-leftovers.js';
import { isNull, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from './yaml-tree.js';

const EXAMPLE = 'write chat.room: { channel: chat/{room}, handler: chat.room } on several lines';

/** Reads the routes and imports of one file. `rules` are the words in `access` that are no roles. */
export class RouteFile {
  readonly #file: FileReader;
  readonly #rules: ReadonlySet<string>;

  constructor(file: FileReader, rules: ReadonlySet<string>) {
    this.#file = file;
    this.#rules = rules;
  }

  read(content: YamlNode | undefined): FileEntry[] {
    return this.#file
      .entries(content, 'a routing file', EXAMPLE)
      .flatMap((entry) => this.#entry(entry) ?? []);
  }

  #entry(entry: YamlEntry): FileEntry | undefined {
    const { key, keyRange, value } = entry;
    if (value.kind !== 'map') {
      const at = isNull(value) ? { range: keyRange } : value;
      this.#file.report('wrong-type', at, `route "${key}" must be a map`, EXAMPLE);
      return undefined;
    }
    checkLeftovers(this.#file, value);
    if (entryOf(value, 'resource') !== undefined) {
      const found = readImport(this.#file, value);
      return found === undefined ? undefined : { import: found };
    }
    const draft = this.#route(entry, value);
    const whole = this.#file.source.at([keyRange[0], value.range[1]]);
    return draft && { draft: { ...draft, broken: this.#file.findings.hasErrorsAt(whole) } };
  }

  #route(entry: YamlEntry, route: YamlMap): Draft | undefined {
    this.#checkKeys(route);
    const options = readOptions(this.#file, entryOf(route, 'options')?.value);
    const requirements = new RequirementReader(this.#file, options.get('utf8') === true);
    const pattern = this.#pattern(entry, route);
    const handler = readHandler(this.#file, route, pattern && entry);
    const access = new AccessReader(this.#file, this.#rules).read(entryOf(route, 'access')?.value);
    const limits = readLimits(this.#file, entryOf(route, 'limits')?.value);
    const payload = readPayload(this.#file, entryOf(route, 'payload')?.value);
    const history = readHistory(this.#file, entryOf(route, 'history')?.value);
    const delivery = readDelivery(this.#file, route);
    const presence = readPresence(this.#file, entryOf(route, 'presence')?.value);
    const required = requirements.read(entryOf(route, 'requirements')?.value);
    const defaults = readDefaults(this.#file, entryOf(route, 'defaults')?.value);
    const at = this.#file.source.at(entry.keyRange);
    if (pattern === undefined) {
      // It matches nothing, but what else is wrong with it is told in the same run.
      const kept = { access, limits, payload, history, presence, delivery };
      const rest = { requirements: required, defaults, options, ...kept, broken: true };
      return { name: entry.key, at, pieces: [], patternAt: at, ...handler, ...rest };
    }
    const read = new PatternReader(this.#file, pattern).read(requirements);
    const names = new Set(parameters(read.pieces).map(({ name }) => name));
    this.#checkParameters(required, { defaults, names });
    this.#checkTwice(required, read.requirements);
    return {
      name: entry.key,
      at,
      pieces: read.pieces,
      patternAt: this.#file.at(pattern),
      ...handler,
      requirements: new Map([...required, ...read.requirements]),
      defaults: new Map([...defaults, ...read.defaults]),
      options,
      access,
      limits,
      payload,
      history,
      presence,
      delivery,
      broken: false,
    };
  }

  #checkKeys(route: YamlMap): void {
    for (const { key, keyRange } of route.entries) {
      if (isOneOf(key, ROUTE_KEYS)) this.#checkImportKey(key, keyRange);
      else if (isOneOf(key, HTTP_KEYS)) {
        const hint =
          key === 'path'
            ? 'call it pattern, or move HTTP routes to their own file'
            : 'remove it, or move HTTP routes to their own file';
        this.#file.report(
          'http-route',
          keyRange,
          `"${key}" belongs to an HTTP route of Symfony, not to a channel`,
          hint,
        );
      } else {
        this.#file.report(
          'unknown-key',
          keyRange,
          `unknown key "${key}" in a route`,
          didYouMean(key, ROUTE_KEYS, `a route has ${listed(ROUTE_KEYS)}`),
        );
      }
    }
  }

  #checkImportKey(key: string, range: YamlEntry['keyRange']): void {
    if (key !== 'type' && key !== 'exclude') return;
    this.#file.report('unknown-key', range, `"${key}" means something beside resource only`, 'remove it');
  }

  /** The pattern under either name. */
  #pattern(name: YamlEntry, route: YamlMap): YamlScalar | undefined {
    const channel = entryOf(route, 'channel');
    const pattern = entryOf(route, 'pattern');
    if (channel !== undefined && pattern !== undefined) {
      const text = 'the route has both channel and pattern, which mean the same';
      this.#file.report('two-patterns', pattern.keyRange, text, 'keep one of them');
    }
    const found = channel ?? pattern;
    if (found === undefined) this.#missing(name, route);
    else if (found.value.kind === 'scalar' && found.value.value !== null) return found.value;
    else if (isNull(found.value)) {
      this.#file.report(
        'empty-pattern',
        found.keyRange,
        'the pattern is empty',
        'write the channel, as in chat/{room}',
      );
    } else
      this.#file.wrongType(found.value, 'the pattern must be a text', "put it into quotes: '{tenant}/chat'");
    return undefined;
  }

  /** A misspelt or foreign key that stands for the pattern has been reported already. */
  #missing(name: YamlEntry, route: YamlMap): void {
    const stands = route.entries.some(
      ({ key }) =>
        isOneOf(key, HTTP_KEYS) ||
        isOneOf(nearest(key, ROUTE_KEYS) ?? '', ['channel', 'pattern', 'resource']),
    );
    if (stands) return;
    const text = `route "${name.key}" has no pattern`;
    this.#file.report('missing-pattern', name.keyRange, text, 'add channel: and the text of the channel');
  }

  #checkParameters(
    required: ReadonlyMap<string, DraftRequirement>,
    { defaults, names }: { defaults: ReadonlyMap<string, DraftDefault>; names: ReadonlySet<string> },
  ): void {
    for (const [name, { at }] of required) {
      if (names.has(name)) continue;
      const text = `a requirement for "${name}", which is no parameter of the pattern`;
      this.#file.report(
        'unknown-parameter',
        at,
        text,
        didYouMean(name, names, 'remove it, or add the parameter'),
      );
    }
    for (const [name, { at }] of defaults) {
      if (names.has(name)) continue;
      const text = `a default for "${name}", which is no parameter of the pattern, is handed to the handler each time`;
      this.#file.report(
        'unknown-default',
        at,
        text,
        didYouMean(name, names, 'remove it, or add the parameter'),
      );
    }
  }

  #checkTwice(
    required: ReadonlyMap<string, DraftRequirement>,
    inline: ReadonlyMap<string, DraftRequirement>,
  ): void {
    for (const [name, { at }] of required) {
      if (!inline.has(name)) continue;
      const text = `the requirement for "${name}" stands here and in the pattern`;
      this.#file.report('two-requirements', at, text, 'keep one of them');
    }
  }
}
