import type { Principal } from '../core/session.js';
import { entryOf, type FileReader } from './file-reader.js';
import { isOneOf } from './route-keys.js';
import type { ActorReading } from './route-test.js';
import { didYouMean, listed } from './suggestion.js';
import { plain, type YamlEntry, type YamlMap, type YamlNode } from './yaml-tree.js';

const KEYS = ['user', 'backend', 'organizations', 'org', 'roles', 'role', 'claims'] as const;
const FORMS = "anonymous, 'user:5', backend, 'backend:KEY', or a map such as { user: 5, org: 7 }";

/** Reads who acts in a route test: a text, or a map with organisations, roles and claims beside the id. */
export class TestActorReader {
  readonly #file: FileReader;
  readonly #readActor: ActorReading;

  constructor(file: FileReader, readActor: ActorReading) {
    this.#file = file;
    this.#readActor = readActor;
  }

  /** Undefined, and reported, for what names nobody. */
  read(node: YamlNode): Principal | undefined {
    if (node.kind === 'map') return this.#map(node);
    const text = this.#file.text(node, 'an actor', `write ${FORMS}`);
    return text === undefined ? undefined : this.#named(text, node);
  }

  #named(text: string, node: YamlNode): Principal | undefined {
    const found = this.#readActor(text, {});
    if (found === undefined) {
      const hint = didYouMean(text, ['anonymous', 'backend', 'user:5'], `write ${FORMS}`);
      this.#report(node, `"${text}" names nobody`, hint);
    }
    return found;
  }

  #map(map: YamlMap): Principal | undefined {
    const before = this.#file.findings.errors;
    for (const { key, keyRange } of map.entries) {
      if (isOneOf(key, KEYS)) continue;
      const hint = didYouMean(key, KEYS, `an actor has ${listed(KEYS)}`);
      this.#file.report('unknown-key', keyRange, `unknown key "${key}" in an actor`, hint);
    }
    const who = this.#who(map);
    const organizations = this.#list(map, 'organizations', 'org');
    const roles = this.#list(map, 'roles', 'role');
    const claims = this.#claims(map);
    if (who === undefined || this.#file.findings.errors > before) return undefined;
    if (who.key === 'backend' && (organizations ?? claims) !== undefined) {
      const text = 'a back end has neither organisations nor claims';
      this.#report(map, text, 'remove them, or test a user');
      return undefined;
    }
    const found = this.#readActor(`${who.key}:${who.id}`, {
      ...(organizations && { organizations }),
      ...(roles && { roles }),
      ...(claims && { claims }),
    });
    if (found === undefined) this.#report(who.value, `an empty ${who.key} names nobody`, `write ${FORMS}`);
    return found;
  }

  #who(map: YamlMap): (YamlEntry & { readonly id: string }) | undefined {
    const given = map.entries.filter(({ key }) => key === 'user' || key === 'backend');
    const [entry, other] = given;
    if (entry === undefined || other !== undefined) {
      this.#report(map, 'an actor is either a user or a backend', `write ${FORMS}`);
      return undefined;
    }
    const id = this.#file.text(entry.value, entry.key, `write ${entry.key}: 5, for example`);
    return id === undefined ? undefined : { ...entry, id };
  }

  #list(map: YamlMap, name: string, short: string): readonly string[] | undefined {
    const entry = entryOf(map, name);
    const other = entryOf(map, short);
    if (entry !== undefined && other !== undefined) {
      this.#file.report('bad-route-test', other.keyRange, `${short} and ${name} are one thing`, 'use one');
    }
    const found = entry ?? other;
    return found && this.#file.texts(found.value, found.key, 'write a text or a list of texts');
  }

  #claims(map: YamlMap): Readonly<Record<string, unknown>> | undefined {
    const value = entryOf(map, 'claims')?.value;
    if (value === undefined) return undefined;
    if (value.kind === 'map') return JSON.parse(JSON.stringify(plain(value)));
    this.#file.wrongType(value, 'claims must be a map', 'write claims: { tenant: acme }, for example');
    return undefined;
  }

  #report(at: YamlNode, message: string, hint: string): void {
    this.#file.report('bad-route-test', at, message, hint);
  }
}
