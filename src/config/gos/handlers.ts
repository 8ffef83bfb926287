import type { GosHandler, GosHandlerKind, GosNote, PhpClass } from './installation.js';
import type { Parameters } from './parameters.js';
import type { ServiceDefinition } from './services.js';

const INTERFACES: Readonly<Record<string, GosHandlerKind>> = {
  TopicInterface: 'topic',
  PushableTopicInterface: 'topic',
  SecuredTopicInterface: 'topic',
  RpcInterface: 'rpc',
  PeriodicInterface: 'periodic',
};
/** Oro's topics, and those that extend them, are named by the first argument of their constructor. */
const ORO_TOPIC = /^Oro\\Bundle\\\w+\\Topic\\/;
const DEEPEST = 10;

/** The handlers of an installation: what is tagged as one, and what Symfony would tag by itself. */
export class GosHandlers {
  readonly notes: GosNote[] = [];
  readonly #services: ReadonlyMap<string, ServiceDefinition>;
  readonly #classes: ReadonlyMap<string, PhpClass>;
  readonly #parameters: Parameters;

  constructor(parts: {
    services: ReadonlyMap<string, ServiceDefinition>;
    classes: ReadonlyMap<string, PhpClass>;
    parameters: Parameters;
  }) {
    this.#services = parts.services;
    this.#classes = parts.classes;
    this.#parameters = parts.parameters;
  }

  all(): readonly GosHandler[] {
    const tagged = [...this.#services.values()].flatMap((service) =>
      service.tags.map((kind) => this.#ofService(service, kind)),
    );
    const known = new Set(tagged.map((handler) => handler.class));
    const others = [...this.#classes.values()].flatMap((php) =>
      known.has(php.name) ? [] : this.#ofClass(php),
    );
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
    const php = this.#classes.get(className);
    const args = this.#argsOf(service).map((arg) =>
      arg === undefined ? undefined : this.#parameters.resolve(arg),
    );
    const name = this.#nameOf({ className, php, args }) ?? undefined;
    return { kind, name, class: className, at: service.at, args, php };
  }

  /** What is autoconfigured by its interface. */
  #ofClass(php: PhpClass): readonly GosHandler[] {
    if (php.isAbstract || php.file.startsWith('vendor/')) return [];
    const kind = this.#kindOf(php);
    if (kind === undefined) return [];
    const at = { file: php.file, line: php.line };
    return [
      {
        kind,
        name: this.#nameOf({ className: php.name, php, args: [] }),
        class: php.name,
        at,
        args: [],
        php,
      },
    ];
  }

  #kindOf(php: PhpClass, depth = 0): GosHandlerKind | undefined {
    const [kind] = php.interfaces.flatMap((name) => INTERFACES[name] ?? []);
    if (kind !== undefined || php.parent === undefined || depth > DEEPEST) return kind;
    if (ORO_TOPIC.test(php.parent)) return 'topic';
    const parent = this.#classes.get(php.parent);
    return parent === undefined ? undefined : this.#kindOf(parent, depth + 1);
  }

  #classOf(service: ServiceDefinition, depth = 0): string {
    const given = service.class === undefined ? undefined : this.#parameters.resolve(service.class);
    if (given !== undefined) return given.replace(/^\\/, '');
    const parent = service.parent === undefined ? undefined : this.#services.get(service.parent);
    return parent === undefined || depth > DEEPEST ? service.id : this.#classOf(parent, depth + 1);
  }

  #argsOf(service: ServiceDefinition): ServiceDefinition['args'] {
    const parent = service.parent === undefined ? undefined : this.#services.get(service.parent);
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
    const own = php?.methods.find(({ name }) => name === 'getName')?.body;
    const [, literal] = /return\s+['"]([^'"]+)['"]/.exec(own ?? '') ?? [];
    if (literal !== undefined) return literal;
    const isOro = ORO_TOPIC.test(className) || (php?.parent !== undefined && ORO_TOPIC.test(php.parent));
    return isOro || own === undefined ? args[0] : undefined;
  }
}
