import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testCertificate } from '../../support/certificate.js';
import { cli } from '../../support/cli.js';
import { signalbox } from '../../support/run.js';
import { KEY, REPOSITORY } from '../../support/server.js';
import { doctor, settings } from '../doctor/kit.js';

// The first command loads the built-in handlers, whose sources are compiled then.
beforeAll(async () => void (await cli(['check', '--config', `${REPOSITORY}signalbox.yml`])), 120_000);

/** Something that is no server of ours; resolves to its port. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function serve(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(answer))}`;
}

/** Says JSON without an end. */
const endless: RequestListener = (_, response) => {
  const more = () => {
    while (response.write('"x",'.repeat(250_000)));
    response.once('drain', more);
  };
  response.write('{"findings":[');
  more();
};

describe('a command, of an answer without end,', () => {
  it('reads so much of it, and says what that means', async () => {
    const url = await serve(endless);
    for (const args of [['plan'], ['reload'], ['disconnect', 'user:5']]) {
      const { code, stderr } = await cli([...args, '--url', url, '--key', KEY]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/answers more than 16777216 bytes: check the address/);
    }
  });

  it('finds that it is no answer, where it looks what is wrong with the server', async () => {
    const of = await doctor('--config', settings(''), '--url', await serve(endless));
    expect(of('server-reachable')).toMatchObject({
      outcome: 'error',
      findings: [expect.stringContaining('more than 16777216 bytes are answered')],
    });
  });
});

it('a command that is led to another server sends nothing there', async () => {
  let heard = 0;
  const other = await serve((_, response) => {
    heard++;
    response.end('{}');
  });
  const url = await serve((request, response) => {
    response.writeHead(307, { location: `${other}${request.url}` }).end();
  });
  const { code, stderr } = await cli(['plan', '--url', url, '--key', KEY]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `error: ${url}/api/plan leads to ${other}/api/plan: name the address of the server itself\n`,
  });
  expect(heard).toBe(0);
});

it('the doctor shows its key to no server whose certificate nobody trusts', async () => {
  const shown: unknown[] = [];
  const server = createTlsServer(testCertificate('test'), ({ headers }, response) => {
    shown.push(headers.authorization);
    response.end('{}');
  });
  const url = `https://127.0.0.1:${await listen(server)}`;
  const of = await doctor('--config', settings(''), '--url', url, '--key', KEY);
  expect(of('nodes-differ')).toMatchObject({
    outcome: 'skipped',
    findings: [expect.stringMatching(/^the certificate is not trusted \(.+\), and the key is not sent$/)],
  });
  expect(new Set(shown)).toEqual(new Set([undefined]));
});

it('what a server says moves no cursor, hides nothing and turns nothing, in errors and in what is told', async () => {
  const text = '\x1b]0;title\x07\x1b[2Jfine\r\u009b8m\u202e';
  const refusing = await serve((_, response) => {
    response.writeHead(400).end(JSON.stringify({ error: { code: text, message: text, hint: text } }));
  });
  const none = { live: 0, moved: 0, withdrawn: 0 };
  const answering = await serve((_, response) => {
    const routes = { added: [text], removed: [text], changed: [{ name: text, parts: [text] }] };
    const finding = { file: text, line: 1, column: 1, severity: text, code: text, message: text };
    const told = { handlers: [text], demands: [], settings: [text], restart: [text], channels: none };
    const findings = [{ ...finding, hint: text, frame: text }];
    response.end(
      JSON.stringify({ applied: true, routes, ...told, findings, subscriptions: { ended: 0, asked: 0 } }),
    );
  });
  const said = await Promise.all(
    [refusing, answering].map((url) => signalbox(['plan', '--url', url, '--key', KEY])),
  );
  for (const { stdout, stderr } of said) {
    expect(stdout + stderr).toContain(String.raw`\u001b[2Jfine`);
    expect(stdout + stderr).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u);
  }
});
