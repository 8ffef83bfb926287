import type { DefaultAccess } from '../core/route.js';
import { type NewFile, readTemplate } from './templates.js';
import type { TopicWords } from './topic-words.js';

/** What a new topic consists of. */
export interface NewTopic {
  /** The class and its test. */
  readonly files: readonly NewFile[];
  /** The entry of a routing file. */
  readonly route: string;
}

const METHOD = /^[a-z][A-Za-z0-9]*$/;

/** A handler that broadcasts, or one whose methods are called; its test; and its route, as open as the installation is. */
export async function newTopic(
  words: TopicWords,
  { methods, access }: { methods: readonly string[]; access: DefaultAccess },
): Promise<NewTopic> {
  checkMethods(words, methods);
  const kind = methods.length === 0 ? 'topic' : 'procedures';
  const values = { ...texts(words), list: methods.map((method) => `'${method}'`).join(', ') };
  const bodies = await Promise.all(
    methods.map((method) => readTemplate('procedures/method.txt', { method })),
  );
  const all = { ...values, methods: bodies.join('') };
  const files = [
    { path: `${words.file}.ts`, text: await readTemplate(`${kind}/handler.txt`, all) },
    { path: `${words.file}.test.ts`, text: await readTemplate(`${kind}/test.txt`, all) },
  ];
  return { files, route: routeOf(words, methods.length === 0 ? open(access) : callable(access)) };
}

function texts({ name, class: className, file, pattern }: TopicWords): Record<string, string> {
  const sample = pattern.replaceAll('{method}', 'METHOD').replaceAll(/\{\w+\}/g, '1');
  return { name, class: className, file, pattern, sample };
}

function checkMethods({ channel, params }: TopicWords, methods: readonly string[]): void {
  for (const method of methods)
    if (!METHOD.test(method)) throw new Error(`${method} is no method: write it as in isBanned`);
  if (methods.length > 0 && !params.includes('method'))
    throw new Error(
      `${channel} has no {method}, which says what is called: write it as in 'orders/{method}'`,
    );
}

function routeOf({ name, channel, open }: TopicWords, access: readonly string[]): string {
  const required = open.filter((param) => param !== 'method');
  const requirements = required.map((param) => `${param}: '[A-Za-z0-9_-]+'`).join(', ');
  return [
    `${name}:`,
    `  channel: '${channel}'`,
    `  handler: ${name}`,
    ...(required.length === 0 ? [] : [`  requirements: { ${requirements} }`]),
    `  access: { ${access.join(', ')} }`,
    '',
  ].join('\n');
}

function open({ subscribe, publish }: DefaultAccess): readonly string[] {
  return [`subscribe: ${list(subscribe)}`, `publish: ${list(publish)}`];
}

/** Nobody subscribes to a procedure. */
function callable({ call = ['user'] }: DefaultAccess): readonly string[] {
  return [`call: ${list(call)}`, 'subscribe: []', 'publish: []'];
}

function list(rules: readonly string[]): string {
  const shown = rules.map((rule) => (/^[\w-]+$/.test(rule) ? rule : `'${rule.replaceAll("'", "''")}'`));
  return shown.length === 1 ? shown.join() : `[${shown.join(', ')}]`;
}
