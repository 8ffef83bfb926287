import type { FileReader } from './file-reader.js';
import type { DraftDefault } from './route-draft.js';
import { isNull, plain, type YamlNode } from './yaml-tree.js';

/** Defaults as text: numbers and booleans as they are written, nothing as an empty text. */
export function readDefaults(file: FileReader, node: YamlNode | undefined): Map<string, DraftDefault> {
  const found = new Map<string, DraftDefault>();
  const hint = "write one line for each parameter, as in page: '1'";
  for (const { key, value } of file.entries(node, 'defaults', hint)) {
    const text = isNull(value) ? '' : file.text(value, `the default for "${key}"`, hint);
    if (text !== undefined) found.set(key, { value: text, at: file.at(value) });
  }
  return found;
}

export function readOptions(file: FileReader, node: YamlNode | undefined): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { key, keyRange, value } of file.entries(node, 'options', 'write options: { utf8: true }')) {
    if (key === 'utf8' && !(value.kind === 'scalar' && typeof value.value === 'boolean')) {
      file.wrongType(value, 'the option utf8 must be true or false', 'write utf8: true');
    } else if (key === 'compiler_class') {
      const text = 'compiler_class names a PHP class, which cannot be used here';
      file.report('symfony-leftover', keyRange, text, 'remove it');
    } else found.set(key, plain(value));
  }
  return found;
}
