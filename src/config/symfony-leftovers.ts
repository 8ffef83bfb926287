import type { FileReader } from './file-reader.js';
import type { YamlEntry, YamlMap, YamlScalar } from './yaml-tree.js';

/** Sections whose texts are names and values; an expression may well have a `%` or `@`. */
const SECTIONS = ['channel', 'pattern', 'handler', 'callback', 'args', 'defaults', 'resource'];
const PARAMETER = /%[\w.-]+%/;

/** Reports `@service` and `%parameter%` of Symfony's container, which is not here to replace them. */
export function checkLeftovers(file: FileReader, route: YamlMap): void {
  for (const { key, value } of route.entries) if (SECTIONS.includes(key)) check(file, { key, value });
}

/** Whether the name of a handler has been reported as one of Symfony's. */
export function isLeftover(name: string): boolean {
  return name.startsWith('@') || PARAMETER.test(name);
}

function check(file: FileReader, { key, value }: Pick<YamlEntry, 'key' | 'value'>): void {
  if (value.kind === 'scalar') checkText(file, key, value);
  else if (value.kind === 'list') for (const item of value.items) check(file, { key, value: item });
  else for (const entry of value.entries) check(file, entry);
}

function checkText(file: FileReader, key: string, node: YamlScalar): void {
  const parameter = PARAMETER.exec(node.text);
  if (parameter !== null) {
    const text = `${parameter[0]} is a parameter of Symfony's container, and nothing replaces it here`;
    file.report('symfony-leftover', node, text, 'write the value itself');
  } else if (node.text.startsWith('@') && (key === 'handler' || key === 'callback')) {
    const text = `"${node.text}" names a service of Symfony's container`;
    file.report('symfony-leftover', node, text, 'write the name that the handler registers, without the @');
  }
}
