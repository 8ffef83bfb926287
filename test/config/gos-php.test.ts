import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPhpClasses } from '../../src/config/gos/php-class.js';

const read = (text: string) => readPhpClasses(text, 'src/a.php');

describe('the outline of a PHP file', () => {
  it('has classes and interfaces with whole names, wherever these come from', () => {
    const [topic, named] = read(`<?php
declare(strict_types=1);
namespace App\\Topic;

use Gos\\Bundle\\WebSocketBundle\\Topic\\{TopicInterface, SecuredTopicInterface as Guarded};
use Oro\\Bundle\\SyncBundle\\Topic as Sync, App\\Other;
use function App\\helper;

#[AutoconfigureTag('gos_web_socket.topic', attributes: ['priority' => 1]), Other\\Mark]
final class LobbyTopic extends Sync\\SecuredTopic implements TopicInterface, Guarded, \\Countable, Local {}
interface NamedTopic extends TopicInterface {}
`);
    expect(topic).toMatchObject({
      name: 'App\\Topic\\LobbyTopic',
      line: 10,
      isAbstract: false,
      parent: 'Oro\\Bundle\\SyncBundle\\Topic\\SecuredTopic',
      interfaces: [
        'Gos\\Bundle\\WebSocketBundle\\Topic\\TopicInterface',
        'Gos\\Bundle\\WebSocketBundle\\Topic\\SecuredTopicInterface',
        'Countable',
        'App\\Topic\\Local',
      ],
      attributes: [
        { name: 'App\\Topic\\AutoconfigureTag', line: 9, texts: ['gos_web_socket.topic', 'priority'] },
        { name: 'App\\Other\\Mark', line: 9, texts: [] },
      ],
    });
    expect(named).toMatchObject({
      name: 'App\\Topic\\NamedTopic',
      isAbstract: true,
      parent: undefined,
      interfaces: ['Gos\\Bundle\\WebSocketBundle\\Topic\\TopicInterface'],
    });
  });

  it('has methods and constants, and is led astray by no text, comment or nested class', () => {
    const [only, ...more] = read(`<html> class Outside { } <?php
// class Commented {
# class Hashed {
/* class Starred { */
$text = "class Quoted { \\" } " . 'class { \\' }';
$doc = <<<"END"
class Documented {
  }
  END;
$made = new class { public function inner() { } };
abstract class Real {
    use SomeTrait { a as b; }
    public const string NAME = 'real.topic';
    const COUNT = 5;
    private array $list = ['}' => '{', "}"];
    #[Required('}')]
    final public static function &getName(array $a = ['{'], ?string $b = "}"): string { return self::NAME; /* } */ }
    abstract protected function nothing(int $a): void;
    private function hidden() { $f = function () { return '}'; }; return Other::class; }
}
?> class After { }`);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ name: 'Real', isAbstract: true, constants: { NAME: 'real.topic' } });
    expect(only?.methods).toEqual([
      { name: 'getName', isPublic: true, line: 17, body: ' return self::NAME; /* } */ ' },
      {
        name: 'hidden',
        isPublic: false,
        line: 19,
        body: " $f = function () { return '}'; }; return Other::class; ",
      },
    ]);
  });
});

const PIECES = [
  '<?php ',
  '?>',
  'namespace A\\B;',
  'use A\\{B, C as D};',
  'use ',
  'class A ',
  'interface B ',
  'new class ',
  'extends ',
  'implements ',
  'public ',
  'abstract ',
  'static ',
  'function f(',
  'const A = ',
  '#[A(',
  '#[',
  ']',
  '(',
  ')',
  '{',
  '}',
  ';',
  ',',
  '::',
  '->',
  '"',
  "'",
  '`',
  '\\',
  '/*',
  '*/',
  '//',
  '#',
  '<<<A\n',
  "<<<'A'\n",
  'A;\n',
  '\n',
  ' ',
  '\r',
  '$a',
  'é',
  '\0',
  '\u{1F600}',
]; // prettier-ignore

describe('the reader of PHP', () => {
  it('takes any text without a word, and says nothing that is not there', () => {
    const text = fc.oneof(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => `<?php ${pieces.join('')}`),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (php) => {
        const lines = php.split('\n').length;
        for (const { name, line, methods } of read(php)) {
          expect(php).toContain(name.slice(name.lastIndexOf('\\') + 1));
          for (const at of [line, ...methods.map((method) => method.line)])
            expect(at).toBeLessThanOrEqual(lines);
          for (const { body } of methods) expect(php).toContain(body);
        }
      }),
      { numRuns: 500 },
    );
  });

  // Each takes 10 ms. What takes a time that grows with the square would take from half a minute to hours.
  it('takes a time that grows with the length of a file alone', { timeout: 60_000 }, () => {
    const pieces = [
      'class A ',
      'function a(',
      '#[A,A',
      'A,',
      '<<<A\nA\n',
      "\\'",
      '{',
      '\n',
      'use A\\{',
      'abstract ',
    ];
    for (const piece of pieces)
      for (const before of ['<?php ', '<?php class A { ', "<?php '", '<?php class A implements '])
        read(before + piece.repeat(Math.ceil(262_144 / piece.length)));
  });
});
