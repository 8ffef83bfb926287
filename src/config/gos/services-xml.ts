import type { XmlElement } from '../xml-file.js';
import type { GosHandlerKind, GosPlace } from './installation.js';
import { placeOf, type XmlConfigFile } from './installation-files.js';
import { folderOf, kindsOf, type ServiceDefinition, type ServiceFile, type TagRule } from './services.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Open = Omit<Writable<ServiceDefinition>, 'args' | 'tags'> & {
  readonly args: (string | undefined)[];
  readonly tags: GosHandlerKind[];
  readonly isAbstract: boolean;
};
type OpenRule = Writable<TagRule> & { readonly tags: GosHandlerKind[] };

/** The services of an XML file, in one environment. */
export function servicesOfXml({ source, elements }: XmlConfigFile, environment: string): ServiceFile {
  const reading = new XmlServices(source.name, (element) => placeOf(source, element));
  for (const element of elementsOf(elements, environment)) reading.read(element);
  return {
    services: reading.services.map(({ isAbstract, ...one }) => ({
      ...one,
      tags: isAbstract ? [] : one.tags,
    })),
    rules: reading.rules.filter(({ tags }) => tags.length > 0),
  };
}

/** The parameters of an XML file that are texts. */
export function parametersOfXml(
  { elements }: XmlConfigFile,
  environment: string,
): readonly (readonly [string, string])[] {
  return elementsOf(elements, environment).flatMap((element) =>
    element.name === 'parameter' && element.around.at(-1) === 'parameters'
      ? [[attributeOf(element, 'key') ?? '', element.text.trim()] as const]
      : [],
  );
}

/** Without those that `<when env>` keeps for others. */
function elementsOf(elements: readonly XmlElement[], environment: string): readonly XmlElement[] {
  let isElsewhere = false;
  return elements.filter((element) => {
    if (element.name === 'when') isElsewhere = attributeOf(element, 'env') !== environment;
    return !(isElsewhere && (element.name === 'when' || element.around.includes('when')));
  });
}

class XmlServices {
  readonly services: Open[] = [];
  readonly rules: OpenRule[] = [];
  readonly #file: string;
  readonly #placeOf: (element: XmlElement) => GosPlace;
  #defaults: GosHandlerKind[] = [];
  /** What tags within an element go into. */
  readonly #tagsOf: Readonly<Record<string, () => GosHandlerKind[] | undefined>> = {
    service: () => this.services.at(-1)?.tags,
    defaults: () => this.#defaults,
    prototype: () => this.rules.at(-1)?.tags,
    instanceof: () => this.rules.at(-1)?.tags,
  };

  constructor(file: string, place: (element: XmlElement) => GosPlace) {
    this.#file = file;
    this.#placeOf = place;
  }

  read(element: XmlElement): void {
    const above = element.around.at(-1) ?? '';
    const value = (name: string) => attributeOf(element, name);
    if (element.name === 'service' && above === 'services') this.#service(element);
    else if (element.name === 'defaults') this.#defaults = [];
    else if (element.name === 'prototype')
      this.rules.push({
        namespace: value('namespace') ?? '',
        folder: folderOf(this.#file, value('resource') ?? ''),
        tags: [...this.#defaults],
      });
    else if (element.name === 'instanceof')
      this.rules.push({ instanceOf: (value('id') ?? '').replace(/^\\/, ''), tags: [] });
    else if (element.name === 'tag')
      this.#tagsOf[above]?.()?.push(...kindsOf(value('name') ?? element.text.trim()));
    else if (element.name === 'argument' && above === 'service')
      this.services.at(-1)?.args.push(argumentOf(element));
  }

  #service(element: XmlElement): void {
    const value = (name: string) => attributeOf(element, name);
    this.services.push({
      id: value('id') ?? '',
      class: value('class'),
      parent: value('parent'),
      args: [],
      tags: [...this.#defaults],
      at: this.#placeOf(element),
      isAbstract: value('abstract') === 'true',
    });
  }
}

/** Undefined for services, collections and constants. */
function argumentOf(element: XmlElement): string | undefined {
  const type = attributeOf(element, 'type');
  return type === undefined || type === 'string' ? element.text.trim() : undefined;
}

function attributeOf({ attributes }: XmlElement, wanted: string): string | undefined {
  return attributes.find(({ name }) => name === wanted)?.value;
}
