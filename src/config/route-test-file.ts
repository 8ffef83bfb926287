import { Payload } from '../core/payload.js';
import { OPERATIONS, type Operation } from '../core/route.js';
import { entryOf, type FileReader } from './file-reader.js';
import { isOneOf } from './route-keys.js';
import type { ActorReading, RouteExpectation } from './route-test.js';
import { didYouMean, listed } from './suggestion.js';
import { TestActorReader } from './test-actor-reader.js';
import { isNull, plain, recordOf, type YamlEntry, type YamlMap, type YamlNode } from './yaml-tree.js';

const KEYS = ['channel', 'route', 'handler', 'params', 'payload', 'allow', 'deny'] as const;
const EXAMPLE = 'write - { channel: chat/lobby, deny: { subscribe: anonymous } } on several lines';
const WHO = "allow: { subscribe: 'user:5', publish: [backend] }";

/** What one entry says for all of its expectations. */
interface Surroundings {
  readonly channel: string;
  readonly payload: Payload | undefined;
  readonly routeless: boolean;
}

/** Reads the expectations of one route test file. */
export class RouteTestFile {
  readonly #file: FileReader;
  readonly #actors: TestActorReader;

  constructor(file: FileReader, readActor: ActorReading) {
    this.#file = file;
    this.#actors = new TestActorReader(file, readActor);
  }

  read(content: YamlNode): readonly RouteExpectation[] {
    if (content.kind === 'list' && content.items.length > 0) {
      return content.items.flatMap((item) => this.#test(item));
    }
    if (content.kind === 'list' || isNull(content)) this.#report(content, 'the file tests nothing', EXAMPLE);
    else this.#file.wrongType(content, 'a route test file must be a list', EXAMPLE);
    return [];
  }

  #test(node: YamlNode): readonly RouteExpectation[] {
    if (node.kind !== 'map') {
      this.#file.wrongType(node, 'a route test must be a map', EXAMPLE);
      return [];
    }
    const before = this.#file.findings.errors;
    this.#checkKeys(node);
    const surroundings = this.#surroundings(node);
    const found = ['route', 'handler', 'params', 'allow', 'deny'].flatMap((key) => {
      const entry = entryOf(node, key);
      return entry === undefined ? [] : this.#expectations(entry, surroundings);
    });
    if (this.#file.findings.errors === before) this.#checkUse(node, found);
    return found;
  }

  #checkKeys(test: YamlMap): void {
    for (const { key, keyRange } of test.entries) {
      if (isOneOf(key, KEYS)) continue;
      const hint = isOneOf(key, OPERATIONS)
        ? `write allow: or deny: above it, as in ${WHO}`
        : didYouMean(key, KEYS, `a route test has ${listed(KEYS)}`);
      this.#file.report('unknown-key', keyRange, `unknown key "${key}" in a route test`, hint);
    }
  }

  /** A test that says too little passes whatever the routes are. */
  #checkUse(test: YamlMap, found: readonly RouteExpectation[]): void {
    const payload = entryOf(test, 'payload');
    if (found.length === 0) this.#report(test, 'the test expects nothing', `add ${WHO}`);
    else if (payload !== undefined && !found.some((one) => one.kind === 'access' && one.payload)) {
      const text = 'nobody publishes the payload';
      this.#file.report('bad-route-test', payload.keyRange, text, 'add publish: to allow or deny');
    }
  }

  #surroundings(test: YamlMap): Surroundings {
    const node = entryOf(test, 'channel')?.value;
    if (node === undefined) this.#report(test, 'the test names no channel', EXAMPLE);
    const channel = node && this.#file.text(node, 'channel', EXAMPLE);
    const route = entryOf(test, 'route')?.value;
    const payload = entryOf(test, 'payload')?.value;
    return {
      channel: channel ?? '',
      payload: payload && Payload.of(JSON.parse(JSON.stringify(plain(payload)))),
      routeless: route !== undefined && isNull(route),
    };
  }

  #expectations(entry: YamlEntry, surroundings: Surroundings): readonly RouteExpectation[] {
    const { key, value } = entry;
    const at = { ...this.#at(value), channel: surroundings.channel };
    switch (key) {
      case 'route':
        return [{ ...at, kind: 'route', route: this.#nameOrNone(entry) }];
      case 'handler':
        return [{ ...at, kind: 'handler', handler: this.#nameOrNone(entry) }];
      case 'params':
        return [{ ...at, kind: 'params', params: this.#params(value) }];
      default:
        return this.#access(entry, surroundings);
    }
  }

  #nameOrNone({ key, value }: YamlEntry): string | undefined {
    return isNull(value) ? undefined : this.#file.text(value, key, `write a name, or ~ for none`);
  }

  #params(node: YamlNode): Readonly<Record<string, string>> {
    const hint = "write params: { user_id: '5' }, with all of them";
    return recordOf(
      this.#file.entries(node, 'params', hint).flatMap(({ key, value }) => {
        const text = this.#file.text(value, `parameter ${key}`, hint);
        return text === undefined ? [] : [[key, text] as const];
      }),
    );
  }

  #access({ key, keyRange, value }: YamlEntry, surroundings: Surroundings): readonly RouteExpectation[] {
    const entries = this.#file.entries(value, key, `write ${WHO}`);
    if (entries.length === 0 && (value.kind === 'map' || isNull(value))) {
      this.#file.report('bad-route-test', keyRange, `${key} names no operation`, `write ${WHO}`);
    }
    return entries.flatMap((entry) => {
      const operation = OPERATIONS.find((name) => name === entry.key);
      if (operation !== undefined)
        return this.#actions(entry.value, { ...surroundings, operation, allowed: key === 'allow' });
      const hint = didYouMean(entry.key, OPERATIONS, `${key} has ${listed(OPERATIONS)}`);
      this.#file.report('unknown-key', entry.keyRange, `unknown key "${entry.key}" in ${key}`, hint);
      return [];
    });
  }

  #actions(
    node: YamlNode,
    { payload, ...rest }: Surroundings & { readonly operation: Operation; readonly allowed: boolean },
  ): readonly RouteExpectation[] {
    const actors = node.kind === 'list' ? node.items : [node];
    if (actors.length === 0) {
      const hint = 'name who is refused under deny, or who is allowed under allow';
      this.#report(node, 'an empty list tests nothing', hint);
    }
    return actors.flatMap((actor) => {
      const principal = this.#actors.read(actor);
      if (principal === undefined) return [];
      const published = rest.operation === 'publish' ? payload : undefined;
      return [{ ...this.#at(actor), ...rest, kind: 'access' as const, principal, payload: published }];
    });
  }

  #at({ range }: YamlNode): { readonly file: string; readonly line: number; readonly column: number } {
    const { line, column } = this.#file.source.locate(range);
    return { file: this.#file.source.name, line, column };
  }

  #report(at: YamlNode, message: string, hint: string): void {
    this.#file.report('bad-route-test', at, message, hint);
  }
}
