import { entryOf, type FileReader } from './file-reader.js';
import type { Draft } from './route-draft.js';
import { HANDLER_KEYS, IMPORT_KEYS, isOneOf } from './route-keys.js';
import { didYouMean } from './suggestion.js';
import { describe, isNull, plain, type YamlEntry, type YamlMap, type YamlNode } from './yaml-tree.js';

const EXAMPLE = 'write the name of a handler: handler: chat.room';

/** Which handler a route names, in any of the dialects. */
export type ReadHandler = Pick<Draft, 'handler' | 'args'>;

const NONE: ReadHandler = { handler: undefined, args: [] };

/**
 * Reads `handler: name`, `handler: {callback, args}` or `callback: name`; `handler: ~` is a decision for none.
 * Without any of them the route is reported under `name`, unless that is left out.
 */
export function readHandler(file: FileReader, route: YamlMap, name: YamlEntry | undefined): ReadHandler {
  const handler = entryOf(route, 'handler');
  const callback = entryOf(route, 'callback');
  if (handler !== undefined && callback !== undefined) {
    file.report(
      'two-handlers',
      callback.keyRange,
      'the route has both handler and callback',
      'keep one of them',
    );
  }
  const entry = handler ?? callback;
  if (entry !== undefined) return fromValue(file, entry);
  if (name === undefined) return NONE;
  const text = `route "${name.key}" has no handler: nobody can subscribe, it only writes channels`;
  file.report('no-handler', name.keyRange, text, 'add handler: NAME, or handler: ~ if that is meant');
  return NONE;
}

function fromValue(file: FileReader, { key, value }: YamlEntry): ReadHandler {
  if (value.kind === 'map' && key === 'handler') return fromMap(file, value);
  if (isNull(value)) return NONE;
  return named(file, value, NONE.args);
}

function fromMap(file: FileReader, map: YamlMap): ReadHandler {
  for (const entry of map.entries) checkKey(file, entry);
  const callback = entryOf(map, 'callback');
  const args = entryOf(map, 'args')?.value;
  if (callback === undefined) {
    file.report('bad-handler', map, 'the handler has no callback', 'add callback: NAME');
    return NONE;
  }
  return named(file, callback.value, args === undefined ? [] : readArgs(file, args));
}

function readArgs(file: FileReader, node: YamlNode): readonly unknown[] {
  if (isNull(node)) return [];
  if (node.kind === 'list') return node.items.map(plain);
  file.wrongType(node, 'handler.args must be a list', 'write args: [first, second]');
  return [];
}

function named(file: FileReader, node: YamlNode, args: readonly unknown[]): ReadHandler {
  const usable = node.kind === 'scalar' && node.value !== null && node.text.trim() !== '';
  if (!usable) {
    const what = node.kind === 'scalar' ? 'an empty text' : describe(node);
    const hint =
      node.kind === 'list' ? 'a PHP class and method cannot be called here: name a handler' : EXAMPLE;
    file.report('bad-handler', node, `the callback must be the name of a handler, not ${what}`, hint);
    return NONE;
  }
  return { handler: { name: node.text, at: file.at(node) }, args };
}

function checkKey(file: FileReader, { key, keyRange }: YamlEntry): void {
  if (isOneOf(key, HANDLER_KEYS)) return;
  if (key === 'requirements') {
    const text = 'requirements under handler have no effect there';
    file.report(
      'requirements-under-handler',
      keyRange,
      text,
      'move them two spaces to the left, beside handler',
    );
    return;
  }
  const hint = isOneOf(key, [...IMPORT_KEYS, 'access'])
    ? 'move it to the left, beside handler'
    : didYouMean(key, HANDLER_KEYS, 'a handler has callback and args only');
  file.report('unknown-key', keyRange, `unknown key "${key}" in handler`, hint);
}
