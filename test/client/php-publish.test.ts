import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../examples/php-publish/publish.php', import.meta.url));
const php = spawnSync('php', ['-v']).status === 0;
if (!php) console.log('skipped examples/php-publish: there is no php here (apt-get install php-cli)');

let server: Server;
let url: string;
let answer: readonly [status: number, body: string];
const seen: { authorization: string | undefined; url: string | undefined; body: Record<string, unknown> }[] =
  [];

beforeEach(async () => {
  seen.length = 0;
  server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    seen.push({ authorization: request.headers.authorization, url: request.url, body });
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(answer[1]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.close();
});

async function publish(...args: string[]) {
  const env = { ...process.env, SIGNALBOX_URL: url, SIGNALBOX_API_KEY: 'secret' };
  const child = spawn('php', [script, ...args], { env });
  const exit = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: (await exit)[0], stdout, stderr };
}

describe.skipIf(!php)('examples/php-publish', () => {
  it('publishes the JSON as it was given and prints the answer', async () => {
    const published = {
      channel: 'oro/email_event/5/7',
      id: 'p1',
      offset: null,
      epoch: null,
      duplicate: false,
    };
    answer = [200, JSON.stringify(published)];
    const { code, stdout } = await publish('oro/email_event/5/7', '{"empty": {}, "list": [], "n": 1.0}');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(published);
    expect(seen).toMatchObject([
      {
        url: '/api/publish',
        authorization: 'Bearer secret',
        body: { channel: 'oro/email_event/5/7', payload: { empty: {}, list: [], n: 1 } },
      },
    ]);
    expect(seen[0]?.body['idempotency_key']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('prints code, reason and remedy of a refusal', async () => {
    answer = [
      404,
      '{"error":{"code":"no_such_route","message":"no route matches x","hint":"signalbox match x"}}',
    ];
    const { code, stderr } = await publish('x', '1');
    expect(code).toBe(1);
    expect(stderr).toBe('no_such_route: no route matches x (signalbox match x)\n');
  });

  it('says that nobody answers', async () => {
    server.close();
    const { code, stderr } = await publish('x', '1');
    expect(code).toBe(1);
    expect(stderr).toContain(`no answer from ${url}: `);
  });

  it('says that another server answers', async () => {
    answer = [200, '<html>'];
    const { code, stderr } = await publish('x', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('is not a signalbox server: <html>');
  });

  it('refuses text that is not JSON, and tells how it is used', async () => {
    expect(await publish('x', '{oops')).toMatchObject({ code: 1, stderr: 'Syntax error\n' });
    expect(await publish('x')).toMatchObject({ code: 2, stderr: 'usage: php publish.php CHANNEL JSON\n' });
  });
});
