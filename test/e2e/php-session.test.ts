import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../support/folder.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { installed } from '../support/run.js';
import { REPOSITORY, ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const php = installed('php', 'apt-get install php-cli');

/** What Symfony has around the controller, on a real session of PHP. */
const APPLICATION = `<?php
namespace Symfony\\Component\\HttpFoundation {
    class JsonResponse {
        public function __construct(public mixed $data, public int $status = 200) {}
    }
}
namespace Symfony\\Bundle\\FrameworkBundle\\Controller {
    class User {
        public function __construct(private string $name) {}
        public function getUserIdentifier(): string { return $this->name; }
        public function getRoles(): array { return ['ROLE_USER']; }
    }
    abstract class AbstractController {
        protected function getUser(): ?User {
            return isset($_SESSION['user']) ? new User($_SESSION['user']) : null;
        }
    }
}
namespace {
    require '${REPOSITORY}examples/symfony-auth/LiveAuthController.php';
    session_start(['save_path' => __DIR__]);
    parse_str($_SERVER['QUERY_STRING'] ?? '', $query);
    $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    if ($path === '/login') $_SESSION['user'] = $query['user'];
    elseif ($path === '/logout') session_destroy();
    elseif ($path === '/live/auth') {
        file_put_contents(__DIR__ . '/asked.log', json_encode(getallheaders()) . "\\n", FILE_APPEND);
        $response = (new App\\Controller\\LiveAuthController())();
        http_response_code($response->status);
        header('content-type: application/json');
        echo json_encode($response->data);
    } else http_response_code(404);
}
`;

const ROUTES = `
private:
  channel: "private/{user_id}"
  handler: broadcast
  access: { subscribe: owner, publish: backend }
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(!php)('a browser with a session of a PHP application', () => {
  let application = '';
  let server: ServerProcess;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const port = await freePort();
    const folder = makeFolder({
      'application.php': APPLICATION,
      'routing/routes.yml': ROUTES,
      'signalbox.yml': `
auth:
  anonymous: false
  http: { url: 'http://127.0.0.1:${port}/live/auth', cookies: [PHPSESSID], cache: 0 }
`,
    });
    const child = spawn('php', ['-S', `127.0.0.1:${port}`, `${folder}/application.php`], { stdio: 'ignore' });
    ends.push(() => child.kill('SIGKILL'));
    application = `http://127.0.0.1:${port}`;
    await until(() =>
      fetch(application).then(
        () => true,
        () => false,
      ),
    );
    server = await ServerProcess.start({ config: `${folder}/signalbox.yml` });
    ends.push(() => server.stop());
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });

  async function logIn(user: string): Promise<string> {
    const answer = await fetch(`${application}/login?user=${user}`);
    const [cookie] = /PHPSESSID=[^;]+/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
    if (cookie === undefined) throw new Error('the application gave no session cookie');
    return cookie;
  }

  async function connect(headers: Readonly<Record<string, string>>): Promise<RawWebSocket> {
    const client = await RawWebSocket.open(server.webSocketUrl(), { headers });
    onTestFinished(() => client.destroy());
    return client;
  }

  it('is the user who logged in there', async () => {
    const cookie = `theme=dark; ${await logIn('ann')}; other=1`;
    const client = await connect({ Origin: server.url, Cookie: cookie });
    client.sendText(JSON.stringify([5, 'private/ann']));
    await until(async () => (await server.metric('signalbox_topics')) === 1);
    await server.publish('private/ann', 'for you');
    await until(() => client.texts.length > 1);
    expect(JSON.parse(client.texts[1] ?? '')).toEqual([8, 'private/ann', 'for you']);
  });

  it.each([
    ['without a session', async () => ({ Cookie: 'PHPSESSID=nobodyhasthissession0000000' })],
    ['without cookies', async () => ({})],
    [
      'with a session that has ended',
      async () => {
        const cookie = await logIn('ben');
        await fetch(`${application}/logout`, { headers: { cookie } });
        return { Cookie: cookie };
      },
    ],
  ])('is turned away %s', async (_name, headers) => {
    const client = await connect({ Origin: server.url, ...(await headers()) });
    await until(() => client.closeFrame !== undefined);
    expect(client.closeFrame).toMatchObject({ code: 4500 });
    expect(client.texts).toEqual([]);
  });

  it('is refused when a page of another origin uses its cookie', async () => {
    const client = await connect({ Origin: 'https://evil.example', Cookie: await logIn('ann') });
    expect(client.status).toBe(403);
  });

  it('is not known by its cookie without an origin', async () => {
    const client = await connect({ Cookie: await logIn('ann') });
    await until(() => client.closeFrame !== undefined);
    expect(client.closeFrame).toMatchObject({ code: 4500 });
  });
});
