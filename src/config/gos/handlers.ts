import type { GosHandler, GosHandlerKind, GosNote, PhpClass } from './installation.js';
import type { Parameters } from './parameters.js';
import { lastPart } from './php-names.js';
import type { ServiceDefinition, TagRule } from './services.js';
import { kindsOf } from './services.js';

const INTERFACES: Readonly<Record<string, GosHandlerKind>> = {
  TopicInterface: 'topic',
  PushableTopicInterface: 'topic',
  SecuredTopicInterface: 'topic',
  RpcInterface: 'rpc',
  PeriodicInterface: 'periodic',
};
/** Oro's topics, and those that extend them, are named by the first argument of their constructor. */
const ORO_TOPIC = /^Oro\\Bundle\\\w+\\Topic\\/;
/** Attributes that may be what makes a class a handler, if somebody's own code reads them. */
const TELLING = /Topic|Rpc|Periodic|Web[Ss]ocket/;
const DEEPEST = 10;

interface Parts {
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  readonly rules: readonly TagRule[];
  readonly classes: ReadonlyMap<string, PhpClass>;
  readonly parameters: Parameters;
}

/** The handlers of an installation: what is tagged as one, and what Symfony would tag by itself. */
export class GosHandlers {
  readonly notes: GosNote[] = [];
  readonly #parts: Parts;
  readonly #byClass = new Map<string, ServiceDefinition>();

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const service of parts.services.values()) this.#byClass.set(this.#classOf(service), service);
  }

  all(): readonly GosHandler[] {
    const { services, classes } = this.#parts;
    const tagged = [...services.values()].flatMap((service) =>
      service.tags.map((kind) => this.#ofService(service, kind)),
    );
    const known = new Set(tagged.map((handler) => handler.class));
    const others = [...classes.values()].flatMap((php) => (known.has(php.name) ? [] : this.#ofClass(php)));
    const all = [...tagged, ...others];
    for (const { name, at, class: className } of all)
      if (name === undefined)
        this.notes.push({
          kind: 'todo',
          at,
          text: `the name under which ${className} is registered could not be read`,
        });
    return all;
  }

  #ofService(service: ServiceDefinition, kind: GosHandlerKind): GosHandler {
    const className = this.#classOf(service);
    const php = this.#parts.classes.get(className);
    const args = this.#argsOf(service).map((arg) =>
      arg === undefined ? undefined : this.#parts.parameters.resolve(arg),
    );
    return {
      kind,
      name: this.#nameOf({ className, php, args }),
      class: className,
      at: service.at,
      args,
      php,
    };
  }

  /** What gets its tags by its interface, an attribute, or where it lies. */
  #ofClass(php: PhpClass): readonly GosHandler[] {
    if (php.isAbstract || php.file.startsWith('vendor/')) return [];
    const kinds = this.#kindsOf(php);
    if (kinds.length === 0) this.#noteAttribute(php);
    const at = { file: php.file, line: php.line };
    const service = this.#byClass.get(php.name);
    return kinds.map((kind) => {
      const args = service === undefined ? [] : this.#ofService(service, kind).args;
      return { kind, name: this.#nameOf({ className: php.name, php, args }), class: php.name, at, args, php };
    });
  }

  #kindsOf(php: PhpClass): readonly GosHandlerKind[] {
    const above = this.#above(php);
    const own = above.flatMap((name) =>
      ORO_TOPIC.test(name) ? 'topic' : (INTERFACES[lastPart(name)] ?? []),
    );
    const byRule = this.#parts.rules.flatMap((rule) => (isUnder(php, above, rule) ? rule.tags : []));
    const lineage = [php, ...above.flatMap((name) => this.#parts.classes.get(name) ?? [])];
    const byAttribute = lineage.flatMap(({ attributes }) =>
      attributes
        .filter(({ name }) => lastPart(name).startsWith('Autoconfigure'))
        .flatMap(({ texts }) => texts.flatMap(kindsOf)),
    );
    return [...new Set([...own, ...byRule, ...byAttribute])];
  }

  /** The names of all that a class extends and implements. */
  #above(php: PhpClass): readonly string[] {
    const found = new Set<string>();
    let level: readonly PhpClass[] = [php];
    for (let depth = 0; level.length > 0 && depth < DEEPEST; depth++) {
      const next = level.flatMap(({ parent, interfaces }) => [
        ...(parent === undefined ? [] : [parent]),
        ...interfaces,
      ]);
      const fresh = next.filter((name) => !found.has(name));
      for (const name of fresh) found.add(name);
      level = fresh.flatMap((name) => this.#parts.classes.get(name) ?? []);
    }
    return [...found];
  }

  #noteAttribute({ name: className, file, attributes }: PhpClass): void {
    for (const { name, line } of attributes)
      if (TELLING.test(lastPart(name)))
        this.notes.push({
          kind: 'todo',
          at: { file, line },
          text: `${className} has attribute ${name}, which is no one of Symfony's: if it makes the class a handler, write that`,
        });
  }

  #classOf(service: ServiceDefinition, depth = 0): string {
    const given = service.class === undefined ? undefined : this.#parts.parameters.resolve(service.class);
    if (given !== undefined) return given.replace(/^\\/, '');
    const parent = service.parent === undefined ? undefined : this.#parts.services.get(service.parent);
    return parent === undefined || depth > DEEPEST ? service.id : this.#classOf(parent, depth + 1);
  }

  #argsOf(service: ServiceDefinition): ServiceDefinition['args'] {
    const parent = service.parent === undefined ? undefined : this.#parts.services.get(service.parent);
    return service.args.length > 0 || parent === undefined ? service.args : parent.args;
  }

  #nameOf({
    className,
    php,
    args,
  }: {
    className: string;
    php: PhpClass | undefined;
    args: GosHandler['args'];
  }): string | undefined {
    const lineage = php === undefined ? [] : this.#lineageOf(php);
    const own = lineage.flatMap(({ methods }) => methods.filter(({ name }) => name === 'getName'))[0]?.body;
    const [, literal, constant] =
      /return\s+(?:['"]([^'"]+)['"]|(?:self|static)::(\w+))/.exec(own ?? '') ?? [];
    if (literal !== undefined) return literal;
    if (constant !== undefined) return lineage.flatMap(({ constants }) => constants[constant] ?? [])[0];
    const isOro = [className, ...lineage.flatMap(({ parent }) => parent ?? [])].some((name) =>
      ORO_TOPIC.test(name),
    );
    return isOro || own === undefined ? args[0] : undefined;
  }

  /** The class and those that it extends, as far as they were read. */
  #lineageOf(php: PhpClass): readonly PhpClass[] {
    const found = [php];
    for (
      let next = this.#parentOf(php);
      next !== undefined && found.length < DEEPEST;
      next = this.#parentOf(next)
    )
      found.push(next);
    return found;
  }

  #parentOf({ parent }: PhpClass): PhpClass | undefined {
    return parent === undefined ? undefined : this.#parts.classes.get(parent);
  }
}

function isUnder(
  php: PhpClass,
  above: readonly string[],
  { instanceOf, namespace, folder }: TagRule,
): boolean {
  if (instanceOf !== undefined) return php.name === instanceOf || above.includes(instanceOf);
  return php.name.startsWith(namespace ?? '') && php.file.startsWith(`${folder}/`);
}
