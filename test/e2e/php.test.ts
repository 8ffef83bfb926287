import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { testFolder } from '../support/folder.js';
import { PhpClient } from '../support/php-client.js';
import { installed, run } from '../support/run.js';
import { REPOSITORY } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();
const php = installed('php', 'apt-get install php-cli');

const ROOM = 'demo/php';

async function listener(): Promise<Autobahn> {
  const page = await Autobahn.connect(server().webSocketUrl());
  onTestFinished(() => page.socket.destroy());
  page.subscribe(ROOM);
  await page.settle();
  return page;
}

/** What the PHP clients do, in PHP: one read for answer and welcome, five elements, goodbye, one read. */
const SCRIPT = String.raw`<?php
[, $host, $port, $channel] = $argv;
for ($n = 0; $n < 20; $n++) {
    $socket = stream_socket_client("tcp://$host:$port", $code, $error, 2);
    fwrite($socket, "GET ws://$host:$port/ws HTTP/1.1\r\nHost: $host\r\nUpgrade: WebSocket\r\n"
        . "Connection: Upgrade\r\nSec-WebSocket-Key: " . base64_encode(random_bytes(16)) . "\r\n"
        . "Origin: $host\r\nSec-WebSocket-Protocol: wamp\r\nSec-WebSocket-Version: 13\r\n\r\n");
    $answer = fread($socket, 8192);
    $start = strpos($answer, '[');
    $welcome = $start === false ? null : json_decode(substr($answer, $start, strpos($answer, ']') - $start + 1));
    if (!is_array($welcome) || $welcome[0] !== 0) { fwrite(STDERR, "attempt $n: no welcome in $answer\n"); exit(1); }
    fwrite($socket, frame(1, json_encode([7, $channel, ['n' => $n], [], []])));
    fwrite($socket, frame(8, pack('n', 1000) . 'ttfn'));
    $reply = fread($socket, 8192);
    if ((ord($reply[0] ?? "\0") & 15) !== 8) { fwrite(STDERR, "attempt $n: no goodbye\n"); exit(1); }
    fclose($socket);
}
echo "$n of 20\n";

function frame(int $opcode, string $payload): string
{
    $mask = random_bytes(4);
    $masked = $payload ^ str_pad('', strlen($payload), $mask);
    return chr(0x80 | $opcode) . chr(0x80 | strlen($payload)) . $mask . $masked;
}
`;

describe('the PHP clients of Gos and Oro', () => {
  it('find the welcome in their first read, publish and part, twenty times of twenty', async () => {
    const page = await listener();
    for (let n = 1; n <= 20; n++) {
      const client = await PhpClient.connect(server().webSocketUrl());
      expect(client.sessionId).toMatch(/^[\w-]{16,}$/);
      client.publish(ROOM, { n });
      expect(await client.disconnect()).toBe(1000);
    }
    await until(() => page.events(ROOM).length >= 20);
    expect(page.events(ROOM)).toEqual(Array.from({ length: 20 }, (_, i) => ({ n: i + 1 })));
  });

  it('find it too when twenty connect at once', async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => PhpClient.connect(server().webSocketUrl())),
    );
    expect(new Set(clients.map(({ sessionId }) => sessionId)).size).toBe(20);
    await Promise.all(clients.map((client) => client.disconnect()));
  });

  it('hear nothing unasked after the welcome', async () => {
    const client = await PhpClient.connect(server().webSocketUrl());
    client.call('nothing');
    await until(() => client.socket.frames.length > 1);
    expect(client.socket.texts.map((text) => JSON.parse(text)[0])).toEqual([0, 4]);
    await client.disconnect();
  });

  it('may send the payload as JSON in a string, which stays a string', async () => {
    const page = await listener();
    const client = await PhpClient.connect(server().webSocketUrl());
    client.publish(ROOM, '{"a":1}');
    await until(() => page.events(ROOM).length > 0);
    expect(page.events(ROOM)).toEqual(['{"a":1}']);
    await client.disconnect();
  });

  it.skipIf(!php)('succeed in real PHP, twenty times of twenty', async () => {
    const page = await listener();
    const script = `${testFolder({ 'client.php': SCRIPT })}/client.php`;
    const { code, stdout, stderr } = await run('php', [script, '127.0.0.1', String(server().port), ROOM]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '20 of 20\n', stderr: '' });
    await until(() => page.events(ROOM).length >= 20);
    expect(page.events(ROOM)).toEqual(Array.from({ length: 20 }, (_, n) => ({ n })));
  });

  it.skipIf(!php)('may publish over HTTP with the example script instead', async () => {
    const page = await listener();
    const script = `${REPOSITORY}examples/php-publish/publish.php`;
    const env = { SIGNALBOX_URL: server().url };
    const { code, stdout } = await run('php', [script, ROOM, '{"hasNewEmail": true}'], { env });
    expect({ code, channel: JSON.parse(stdout).channel }).toEqual({ code: 0, channel: ROOM });
    await until(() => page.events(ROOM).length > 0);
    expect(page.events(ROOM)).toEqual([{ hasNewEmail: true }]);
  });
});
