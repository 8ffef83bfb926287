import type { GosNote } from './installation.js';

type Telling = readonly (readonly [words: RegExp, text: string])[];

/** What PHP code says that only its author can take over, and what becomes of it. */
const IN_PHP: Telling = [
  [
    /gos_web_socket\b|GosWebSocketConfig/,
    'this PHP code configures GosWebSocketBundle and is not run: do what it does in signalbox.yml, and write handlers that it registers',
  ],
  [
    /gos_web_socket\.\w+\.pusher|\bPusherInterface\b|\bPusherRegistry\b/,
    'this code pushes: let it publish over HTTP (docs/migration.md, "Publish over HTTP")',
  ],
  [
    /\bWebsocketClientInterface\b|oro_sync\.websocket_client|oro_sync\.client\b/,
    'this code publishes by the WebSocket client: it goes on as it is when that service is replaced (docs/migration.md)',
  ],
  [
    /\bOriginProviderInterface\b|oro_sync\.origin_provider/,
    'this code says which origins may connect: list them in `origins`',
  ],
  [
    /\bClientManipulatorInterface\b|\bClientStorageInterface\b|\bClientManipulator\b/,
    'this code asks who is connected: let it ask GET /api/presence, of routes with `presence: true`',
  ],
];
/** The same of pages, of which the code of Oro works as it is. */
const IN_PAGES: Telling = [
  [
    /\bWS\.connect\(|\bGosSocket\b|['"]socket\/connect['"]/,
    'this page connects by GosSocket: it works once it finds this server, and `sync` takes its place (docs/migration.md, "The pages")',
  ],
  [
    /\bab\.(?:connect|Session)\b|\bautobahn\b/i,
    'this page connects by AutobahnJS: it works once it finds this server (docs/wamp1.md)',
  ],
];
/** Lines in which a name says nothing of what is done with it. */
const PASSED_OVER = /^\s*(?:use\s|\*|\/\/|#(?!\[)|\/\*)/;

/** What a PHP file of the application says to the server and its bundles, once for each kind, with its line. */
export function phpMentions(text: string, file: string): readonly GosNote[] {
  return mentions(text, file, IN_PHP);
}

/** How a script or template of the application connects, likewise. */
export function pageMentions(text: string, file: string): readonly GosNote[] {
  return mentions(text, file, IN_PAGES);
}

function mentions(text: string, file: string, telling: Telling): readonly GosNote[] {
  const found = new Map<string, GosNote>();
  for (const [i, line] of text.split('\n').entries()) {
    if (PASSED_OVER.test(line)) continue;
    const [, said] = telling.find(([words]) => words.test(line)) ?? [];
    if (said !== undefined && !found.has(said))
      found.set(said, { kind: 'todo', at: { file, line: i + 1 }, text: said });
  }
  return [...found.values()];
}
