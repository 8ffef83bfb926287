import { describe, expect, it } from 'vitest';
import { readGosInstallation } from '../../src/config/gos/read-installation.js';
import { testFolder } from '../support/folder.js';

const topic = (name: string, more = '') => `<?php
namespace App\\Live;
${more}class ${name} { public function getName() { return '${name.toLowerCase()}'; } }
`;

const read = (files: Readonly<Record<string, string>>) => readGosInstallation(testFolder(files));

async function handlersOf(files: Readonly<Record<string, string>>) {
  const { handlers } = await read(files);
  return handlers.map(({ kind, name, class: className }) => `${kind} ${name} ${className}`);
}

async function notesOf(files: Readonly<Record<string, string>>) {
  const { notes } = await read(files);
  return notes.map(({ kind, at, text }) => `${kind} ${at?.file}:${at?.line} ${text}`);
}

describe('a class is a handler', () => {
  it.each<[why: string, services: string, files: Readonly<Record<string, string>>]>([
    [
      'by the tags of the folder that it lies in',
      "services:\n  App\\Live\\:\n    resource: '../src/Live/*'\n    tags: ['gos_web_socket.topic']\n",
      {
        'src/Live/Room.php': topic('Room'),
        'src/Other/Thing.php': '<?php namespace App\\Live; class Thing {}',
      },
    ],
    [
      'by the tags of all services of a file',
      "services:\n  _defaults: { tags: ['gos_web_socket.topic'] }\n  App\\Live\\Room: ~\n",
      { 'src/Live/Room.php': topic('Room') },
    ],
    [
      'by an interface of its interface',
      'services: {}\n',
      {
        'src/Live/Named.php':
          '<?php namespace App\\Live; interface Named extends \\Gos\\Bundle\\WebSocketBundle\\Topic\\TopicInterface {}',
        'src/Live/Room.php': topic('Room').replace('class Room', 'class Room implements Named'),
      },
    ],
    [
      'by what instances of a class get',
      'services:\n  _instanceof:\n    App\\Live\\Base: { tags: [gos_web_socket.topic] }\n',
      {
        'src/Live/Base.php': '<?php namespace App\\Live; abstract class Base {}',
        'src/Live/Room.php': topic('Room').replace('class Room', 'class Room extends Base'),
      },
    ],
    [
      "by an attribute of Symfony's",
      'services: {}\n',
      { 'src/Live/Room.php': topic('Room', "#[AutoconfigureTag('gos_web_socket.topic')]\n") },
    ],
    [
      'by tags in an attribute of its interface',
      'services: {}\n',
      {
        'src/Live/Named.php':
          "<?php namespace App\\Live; #[Autoconfigure(lazy: true, tags: ['gos_web_socket.topic'])] interface Named {}",
        'src/Live/Room.php': topic('Room').replace('class Room', 'class Room implements Named'),
      },
    ],
  ])('%s', async (_why, services, files) => {
    expect(await handlersOf({ 'config/services.yaml': services, ...files })).toEqual([
      'topic room App\\Live\\Room',
    ]);
  });

  it('by tags in XML, of a service, a folder or all instances, and under the name that its arguments give', async () => {
    const services = `<container xmlns="http://symfony.com/schema/dic/services">
  <parameters><parameter key="name"><![CDATA[acme.quote]]></parameter></parameters>
  <services>
    <defaults><tag name="gos_web_socket.rpc"/></defaults>
    <instanceof id="App\\Live\\Base"><tag name="gos_web_socket.topic"/></instanceof>
    <prototype namespace="App\\Rpc\\" resource="../src/Rpc/*"/>
    <service id="quote" class="Oro\\Bundle\\SyncBundle\\Topic\\SecuredTopic">
      <argument type="service" id="x"/><argument>%name%</argument>
    </service>
  </services>
</container>`;
    expect(
      await handlersOf({
        'config/services.xml': services,
        'src/Live/Base.php': '<?php namespace App\\Live; abstract class Base {}',
        'src/Live/Room.php': topic('Room').replace('class Room', 'class Room extends Base'),
        'src/Rpc/Sum.php': topic('Sum').replace('App\\Live', 'App\\Rpc'),
      }),
    ).toEqual([
      'rpc undefined Oro\\Bundle\\SyncBundle\\Topic\\SecuredTopic',
      'topic room App\\Live\\Room',
      'rpc sum App\\Rpc\\Sum',
    ]);
  });

  it('under the name that a constant of it or of its parent has', async () => {
    const base =
      "<?php namespace App\\Live; abstract class Base { const NAME = 'base.room'; function getName() { return static::NAME; } }";
    const room = topic('Room').replace(/class Room .*/, 'class Room extends Base { }');
    const tagged = 'services: { App\\Live\\Room: { tags: [gos_web_socket.topic] } }\n';
    expect(
      await handlersOf({
        'config/services.yaml': tagged,
        'src/Live/Base.php': base,
        'src/Live/Room.php': room,
      }),
    ).toEqual(['topic base.room App\\Live\\Room']);
  });
});

describe('what holds', () => {
  it('is what the application says against what a bundle says, and what an environment says against both', async () => {
    const service = (name: string) =>
      `services:\n  a.topic: { class: Oro\\Bundle\\SyncBundle\\Topic\\BroadcastTopic, arguments: [${name}], tags: [gos_web_socket.topic] }\n`;
    const files = {
      'vendor/acme/x/Resources/config/services.yml': service('of.bundle'),
      'config/services.yaml': service('of.application'),
    };
    const name = (handlers: readonly string[]) => handlers.map((text) => text.split(' ')[1]);
    expect(name(await handlersOf(files))).toEqual(['of.application']);
    const when = `${files['config/services.yaml']}when@prod:\n  ${service('of.prod').replaceAll('\n', '\n  ')}\n`;
    expect(name(await handlersOf({ ...files, 'config/services.yaml': when }))).toEqual(['of.prod']);
    const inFolder = { ...files, 'config/packages/prod/live.yaml': service('of.folder') };
    expect(name(await handlersOf(inFolder))).toEqual(['of.folder']);
  });

  it('is what is imported, too, from wherever it lies', async () => {
    const files = {
      'config/services.yaml':
        "imports: [{ resource: '../ops/*.yaml' }, { resource: gone.yml }, { resource: no.yml, ignore_errors: true }]\n",
      'ops/a.yaml': 'services: { App\\Live\\Room: { tags: [gos_web_socket.topic] } }\n',
      'src/Live/Room.php': topic('Room'),
    };
    expect(await handlersOf(files)).toEqual(['topic room App\\Live\\Room']);
    expect(await notesOf(files)).toEqual([
      'todo config/services.yaml:1 imports gone.yml, which was not found: look whether it says something about the server',
    ]);
  });

  it('is read from variables of the environment, but no secret', async () => {
    const section = (port: string) => ({
      'config/packages/gos_web_socket.yaml': `gos_web_socket: { server: { port: '%env(int:${port})%' } }\n`,
      '.env': 'LIVE_PORT="1337"\nLIVE_KEY=1338\n',
    });
    expect((await read(section('LIVE_PORT'))).settings).toEqual({ port: 1337 });
    expect((await read(section('LIVE_KEY'))).settings).toEqual({});
    expect(await notesOf(section('LIVE_KEY'))).toEqual([
      'todo config/packages/gos_web_socket.yaml:1 server.port is %env(int:LIVE_KEY)%, which is not known here: set it by hand',
    ]);
  });
});

describe('what is PHP alone', () => {
  it('is named with its line, wherever it speaks to the server', async () => {
    const php = (line: string) => `<?php\nuse Some\\WebsocketClientInterface;\n// gos_web_socket\n${line}\n`;
    const notes = await notesOf({
      'config/packages/gos_web_socket.php': php('return static function (GosWebSocketConfig $config) {};'),
      'config/bundles.php': php(
        "return [Gos\\Bundle\\WebSocketBundle\\GosWebSocketBundle::class => ['all' => true]];",
      ),
      'src/Kernel.php': php("$c->registerForAutoconfiguration(X::class)->addTag('gos_web_socket.topic');"),
      'src/Push.php': php('class Push { function __construct(private PusherInterface $pusher) {} }'),
      'src/Who.php': php('class Who { function __construct(private ClientManipulatorInterface $who) {} }'),
      'src/Nothing.php': php('class Nothing {}'),
    });
    expect(notes.map((note) => note.split(' ').slice(0, 6).join(' '))).toEqual([
      'todo src/Kernel.php:4 this PHP code configures',
      'todo src/Push.php:4 this code pushes: let',
      'todo src/Who.php:4 this code asks who',
      'todo config/packages/gos_web_socket.php:4 this PHP code configures',
    ]);
  });

  it('is told from pages, which are named by how they connect', async () => {
    const notes = await notesOf({
      'assets/live.js':
        "import 'x';\nvar socket = WS.connect('ws://127.0.0.1:1337');\nsocket.on('socket/connect', go);\n",
      'templates/live.html.twig': '<p>\n<script>ab.connect(uri, go)</script>\n',
      'src/Acme/Resources/public/js/oro.js': "define(['orosync/js/sync'], function (sync) {});\n",
      'node_modules/x/assets/y.js': 'WS.connect()\n',
    });
    expect(notes.map((note) => note.split(' ').slice(0, 6).join(' '))).toEqual([
      'todo assets/live.js:2 this page connects by',
      'todo templates/live.html.twig:2 this page connects by',
    ]);
  });

  it('is no bundle of others', async () => {
    expect(await notesOf({ 'vendor/a/Topic/X.php': '<?php\n$a = "gos_web_socket";\n' })).toEqual([]);
  });
});
