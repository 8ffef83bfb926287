/**
 * The sections of the site and their pages, in the order of the sidebar and of previous and next. A page that is listed
 * before it is written is passed over; one that is not listed goes to the end of Reference, and the build says so.
 */
export const SECTIONS = [
  ['Start', ['README.md', 'docs/tutorial.md', 'docs/clients.md', 'docs/compare.md']],
  ['Concepts', ['docs/concepts.md', 'docs/delivery.md', 'docs/presence.md', 'docs/queues.md']],
  [
    'Guides',
    [
      ...['docs/routes.md', 'docs/handlers.md', 'docs/access.md', 'docs/publishing.md', 'docs/client.md'],
      ...['docs/contracts.md', 'docs/testing.md', 'docs/ports.md', 'docs/chat.md'],
    ],
  ],
  [
    'Protocols',
    [
      ...['docs/wamp2.md', 'docs/wamp1.md', 'docs/stomp.md', 'docs/xmlsocket.md', 'docs/sse.md'],
      'docs/http.md',
    ],
  ],
  [
    'Operate',
    [
      ...['docs/operations.md', 'docs/deployment.md', 'docs/dashboard.md', 'docs/admin.md', 'docs/reload.md'],
      ...['docs/capacity.md', 'docs/security.md', 'docs/attacks.md', 'docs/nodes.md', 'docs/redis.md'],
      ...['docs/metrics.md', 'docs/logs.md', 'docs/tracing.md', 'docs/doctor.md', 'docs/faults.md'],
      ...['docs/bench.md', 'docs/benchmarks.md'],
    ],
  ],
  [
    'Examples',
    [
      'examples/README.md',
      ...['php-publish', 'redis-publish', 'sales-dashboard', 'sse', 'telnet'].map(
        (name) => `examples/${name}/README.md`,
      ),
    ],
  ],
  [
    'Reference',
    [
      ...['docs/settings.md', 'docs/errors.md', 'docs/cli.md', 'docs/openapi.md', 'docs/architecture.md'],
      ...['docs/principles.md', 'docs/decisions.md', 'docs/acceptance.md', 'CHANGELOG.md', 'docs/README.md'],
    ],
  ],
  [
    'Migrate',
    [
      ...['docs/migration.md', 'docs/migrate-socketio.md', 'docs/migrate-pusher.md'],
      'docs/migrate-centrifugo.md',
    ],
  ],
];

/** Where pages go that no section names. */
export const UNLISTED = 'Reference';
