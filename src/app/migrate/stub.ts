import type { GosHandler, PhpMethod } from '../../config/index.js';
import type { NewFile } from '../templates.js';
import { builtInOf } from './known-topics.js';

/** A class that stands for a handler of PHP until its code has been written: what it cannot do, it refuses. */
export interface Stub extends NewFile {
  /** What is left to do, or what it is, for the report. */
  readonly todo: string;
  /** Whether it does all that the PHP code did. */
  readonly isWhole: boolean;
}

const MOST_LINES = 40;
const PHP_MARK = '// PHP, line';
const REFUSES = 'is not taken over yet';
const TAKEN = new Set([
  'Topic',
  'Session',
  'TopicHandler',
  'TopicRequest',
  'PublishEvent',
  'CallEvent',
  'RouterError',
]);
const NO_METHOD = /^(?:getName|__\w+|get\w*Timeout)$/;
const BROADCAST = /^\s*\$topic->broadcast\(\s*\$event\s*(?:,\s*\$exclude\s*,\s*\$eligible\s*)?\);\s*$/;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|#[^\n[]*/g;

/** Of a topic, a procedure or a timer. `name` is what routes call it. */
export function stubOf(handler: GosHandler, name: string): Stub {
  const write = { topic: topicStub, rpc: rpcStub, periodic: periodicStub }[handler.kind];
  const className = classNameOf(handler);
  const path = `topics/${fileOf(className)}.ts`;
  const text = write(handler, { name, className });
  const isWhole = handler.kind === 'topic' && !text.includes(PHP_MARK) && !text.includes(REFUSES);
  const todo = isWhole
    ? `${handler.class} did nothing but broadcast, as ${path} does`
    : `write ${handler.class} again in ${path}`;
  return { path, text, todo, isWhole };
}

interface Names {
  readonly name: string;
  readonly className: string;
}

function topicStub(handler: GosHandler, { name, className }: Names): string {
  const parent = builtInOf(handler) === 'secured' ? 'SecuredTopic' : builtInOf(handler) && 'BroadcastTopic';
  const methods = handler.php?.methods ?? UNKNOWN;
  const find = (wanted: string) => methods.find((method) => method.name === wanted);
  const [secure, timer] = [find('secure'), find('registerPeriodicTimer')];
  const publish = find('onPublish') ?? find('onPush');
  const parts = [
    `  static ${parent ? 'override ' : ''}readonly handler: string = ${literal(name)};`,
    ...(secure && isCode(secure)
      ? [
          `  // Was asked before everything: say it as \`access\` of the route, or in each hook.\n${php(secure, '  ')}`,
        ]
      : []),
    ...(timer
      ? [
          `  // Becomes \`timers = [{ interval: 1000, tick: (topic) => ... }]\`, one for each live channel.\n${php(timer, '  ')}`,
        ]
      : []),
    ...hook('onSubscribe', { method: find('onSubscribe'), guarded: secure, className }),
    ...(publish === undefined
      ? []
      : publishHook(publish, { secure, className, isOverride: parent !== undefined })),
    ...leaveHook(find('onUnSubscribe')),
  ];
  const body = parts.join('\n\n');
  return `${imports(body, parent)}\n${about(handler, name)}\nexport class ${className} ${parent ? `extends ${parent}` : 'implements TopicHandler'} {\n${body}\n}\n`;
}

/** Of a class that was not found: both are refused. */
const UNKNOWN: readonly PhpMethod[] = ['onSubscribe', 'onPublish'].map((name) => ({
  name,
  isPublic: true,
  line: 0,
  body: ' the class was not found; ',
}));

function hook(
  name: string,
  {
    method,
    guarded,
    className,
  }: { method: PhpMethod | undefined; guarded: PhpMethod | undefined; className: string },
): readonly string[] {
  const code = [method, guarded].filter((one) => one !== undefined && isCode(one));
  if (code.length === 0) return [];
  return [
    `  /** Before somebody joins; a throw refuses. */\n  ${name}(_session: Session, _topic: Topic, _request: TopicRequest): void {\n${method && isCode(method) ? `${php(method)}\n` : ''}${refusal(className, name)}\n  }`,
  ];
}

function publishHook(
  method: PhpMethod,
  {
    secure,
    className,
    isOverride,
  }: { secure: PhpMethod | undefined; className: string; isOverride: boolean },
): readonly string[] {
  const isOpen = secure === undefined || !isCode(secure);
  const isBroadcast = BROADCAST.test(withoutComments(method.body));
  if (!isCode(method) && isOpen) return [];
  const head = `  ${isOverride ? 'override ' : ''}onPublish(_session: Session, topic: Topic, _request: TopicRequest, event: PublishEvent)`;
  const deliver = '    return topic.broadcast(event.payload, event);';
  if (isBroadcast && isOpen) return [`${head} {\n${deliver}\n  }`];
  const lines = [php(method), refusal(className, method.name), deliver.replace('    ', '    // ')];
  const unused = head.replace('topic: Topic', '_topic: Topic').replace(' event:', ' _event:');
  return [
    `  /** For each publication; only what is broadcast is delivered. */\n${unused}: never {\n${lines.join('\n')}\n  }`,
  ];
}

/** Who leaves cannot be refused. */
function leaveHook(method: PhpMethod | undefined): readonly string[] {
  if (method === undefined || !isCode(method)) return [];
  return [
    `  onUnsubscribe(_session: Session, _topic: Topic, _request: TopicRequest): void {\n${php(method)}\n  }`,
  ];
}

function rpcStub(handler: GosHandler, { name, className }: Names): string {
  const methods = (handler.php?.methods ?? []).filter((one) => one.isPublic && !NO_METHOD.test(one.name));
  const list = methods.map((method) => literal(method.name)).join(', ');
  const bodies = methods.map(
    (method) =>
      `  ${method.name}(_session: Session, _request: TopicRequest, _call: CallEvent): unknown {\n${php(method)}\n${refusal(className, method.name)}\n  }`,
  );
  const head = `  static readonly handler: string = ${literal(name)};\n\n  /** Nothing else of this class can be called. */\n  readonly methods: readonly string[] = [${list}];`;
  const body = [head, ...bodies].join('\n\n');
  return `${imports(body, undefined)}\n${about(handler, name)}\nexport class ${className} implements TopicHandler {\n${body}\n}\n`;
}

function periodicStub(handler: GosHandler, { name, className }: Names): string {
  const find = (wanted: RegExp) => handler.php?.methods.find((method) => wanted.test(method.name));
  const [, seconds] = /return\s+(\d+)\s*;/.exec(find(/^get(?:Interval|Timeout)$/)?.body ?? '') ?? [];
  const tick = find(/^tick$/);
  const lines = tick === undefined ? '' : `${php(tick)}\n`;
  return `import type { PeriodicTask } from 'signalbox';

${about(handler, name)}
export class ${className} implements PeriodicTask {
  static readonly periodic = ${literal(name)};

  /** Milliseconds. */
  readonly interval = ${Number(seconds ?? 60) * 1000};

  tick(): void {
${lines}  }
}
`;
}

function about({ class: name, at, php: found }: GosHandler, registered: string): string {
  const place = found === undefined ? `${at.file}:${at.line}` : `${found.file}:${found.line}`;
  const text = `\`${registered}\`, which ${name} was (${place}). What is not written yet is refused.`;
  return `/** ${text.replaceAll('*/', '* /')} */`;
}

function imports(body: string, parent: string | undefined): string {
  const types = ['CallEvent', 'PublishEvent', 'Session', 'Topic', 'TopicRequest'].filter((type) =>
    new RegExp(`: ${type}\\b`).test(body),
  );
  const all = [...types.map((type) => `type ${type}`), ...(parent ? [] : ['type TopicHandler'])];
  const values = body.includes('new RouterError(') ? ['RouterError'] : [];
  const names = [...all, ...values].sort((a, b) =>
    a.replace('type ', '') < b.replace('type ', '') ? -1 : 1,
  );
  const own = names.length === 0 ? '' : `import { ${names.join(', ')} } from 'signalbox';\n`;
  return own + (parent ? `import { ${parent} } from 'signalbox/topics';\n` : '');
}

function refusal(className: string, method: string): string {
  return `    throw new RouterError('forbidden', ${literal(`${className}.${method} ${REFUSES}`)});`;
}

/** A text that stays one, whatever it says: what is written here is run when it is checked. */
function literal(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll(String.raw`\"`, '"');
  return `'${escaped.replaceAll("'", String.raw`\'`)}'`;
}

/** The code as it was, for whoever writes it again. */
function php({ body, line }: PhpMethod, indent = '    '): string {
  const lines = body
    .replaceAll(/[\u2028\u2029\r]/g, ' ')
    .split('\n')
    .map((text) => text.trimEnd())
    .filter((text, i, all) => text.trim() !== '' || (i > 0 && i < all.length - 1));
  const least = Math.min(...lines.filter((text) => text !== '').map((text) => text.search(/\S/)), 99);
  const shown = lines.slice(0, MOST_LINES).map((text) => `${indent}// ${text.slice(least)}`.trimEnd());
  const more = lines.length - shown.length;
  const head = line > 0 ? [`${indent}${PHP_MARK} ${line}:`] : [];
  return [...head, ...shown, ...(more > 0 ? [`${indent}// and ${more} more lines`] : [])].join('\n');
}

function isCode({ body }: PhpMethod): boolean {
  return withoutComments(body).trim() !== '';
}

function withoutComments(body: string): string {
  return body.replaceAll(COMMENT, '');
}

function classNameOf({ class: name }: GosHandler): string {
  const short = (name.split('\\').at(-1) ?? 'Handler').replaceAll(/\W/g, '');
  return TAKEN.has(short) ? `${short}Handler` : short.charAt(0).toUpperCase() + short.slice(1);
}

function fileOf(className: string): string {
  return className.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
}
