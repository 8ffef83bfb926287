import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discover } from '../../src/app/discover.js';
import { checkMembers } from '../../src/app/misspelt-members.js';
import { cli } from '../support/cli.js';
import { testFolder } from '../support/folder.js';

async function findingsOf(files: Readonly<Record<string, string>>, options?: { readonly strict: boolean }) {
  const folder = testFolder(files);
  const findings = await checkMembers(await discover([folder]), options);
  return findings.map(({ file, line, column, severity, message, hint }) => ({
    place: `${file.slice(file.lastIndexOf('/') + 1)}:${line}:${column}`,
    severity,
    name: /"(.*?)"/.exec(message)?.[1],
    meant: /"(.*?)"/.exec(hint)?.[1],
  }));
}

const handler = (members: string) => `export class Room {\n  static handler = 'room';\n  ${members}\n}\n`;

describe('a member of a handler that is nearly a hook', () => {
  it.each(['room.js', 'room.ts', 'room.mjs', 'room.cjs'])('is named with its place in %s', async (file) => {
    const text = handler('onpublish(session, topic) {}');
    const source = file === 'room.cjs' ? text.replace('export class', 'exports.Room = class') : text;
    expect(await findingsOf({ [file]: source })).toEqual([
      { place: `${file}:3:3`, severity: 'warning', name: 'onpublish', meant: 'onPublish' },
    ]);
  });

  it.each([
    ['onSubscibe', 'onSubscribe'],
    ['OnCall', 'onCall'],
    ['on_publish', 'onPublish'],
    ['onPublished', 'onPublish'],
    ['onUnsubscribed', 'onUnsubscribe'],
    ['onSubcsribed', 'onSubscribed'],
    ['onunsubscribe', 'onUnsubscribe'],
  ])('is told what was meant by %s', async (name, meant) => {
    expect(await findingsOf({ 'a.ts': handler(`async ${name}() {}`) })).toMatchObject([{ name, meant }]);
  });

  it.each([
    'publish() {} subscribe() {} unsubscribe() {} call() {} broadcast() {}',
    'onAlarm() {} onJoin() {} onLeave() {} onMessage() {} onDescribe() {} onClose() {}',
    '_onpublish() {} #onpublish() {}',
    'onSubscribe() {} onSubscribed() {} onUnsubscribe() {} onPublish() {} onCall() {}',
    'onUnSubscribe() {}',
    'excess = 1; accent = 2; accesses() {}',
    "onPublish() { this.onpublish(); } // onpublish() is not here: say 'onpublish = 1'",
  ])('is nothing that has a name of its own: %s', async (members) => {
    expect(await findingsOf({ 'a.ts': handler(members) })).toEqual([]);
  });

  it('may be a field, and a field may be nearly "access"', async () => {
    const members =
      "readonly acces = { publish: ['owner'] };\n  onpublish = async () => {};\n  readonly access: object = {};";
    expect(await findingsOf({ 'a.ts': handler(members) })).toMatchObject([
      { place: 'a.ts:3:12', name: 'acces', meant: 'access' },
      { place: 'a.ts:4:3', name: 'onpublish', meant: 'onPublish' },
    ]);
  });

  it('may be inherited, and is told of no class that is no handler', async () => {
    const files = {
      'a.ts': `import { Base } from './base.js'; export class A extends Base { static handler = 'a'; }`,
      'base.ts': 'export class Base { onSubscrib() {} }',
    };
    expect(await findingsOf(files)).toMatchObject([{ place: 'a.ts:1:1', name: 'onSubscrib' }]);
  });

  it('is an error where warnings are', async () => {
    expect(await findingsOf({ 'a.js': handler('oncall() {}') }, { strict: true })).toMatchObject([
      { severity: 'error' },
    ]);
  });

  it('is told by signalbox check', async () => {
    const cwd = testFolder({
      'signalbox.yml': 'routing: routes.yml\n',
      'routes.yml': 'room: { channel: room, handler: room }\n',
      'topics/room.js': handler('onPublih() {}'),
    });
    const { code, stdout } = await cli(['check'], { cwd });
    expect({ code, stdout }).toMatchObject({ code: 1 });
    expect(stdout).toContain(
      `${join(cwd, 'topics/room.js')}:3:3  warning the server never looks for "onPublih"`,
    );
    expect(stdout).toContain('\n3 |   onPublih() {}\n'.replace('\n3', '\n  3'));
    expect(stdout).toContain('= did you mean "onPublish"?');
  });
});
