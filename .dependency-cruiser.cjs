/** The layers of docs/architecture.md as rules. Each message says what to do instead. */
const layers = {
  core: [],
  router: ['core'],
  transports: ['core'],
  brokers: ['core'],
  stores: ['core'],
  authenticators: ['core'],
  config: ['core'],
};

const onlyCore = Object.entries(layers).map(([layer, allowed]) => ({
  name: `${layer}-imports-only-${['itself', ...allowed].join('-and-')}`,
  comment: `src/${layer} may import ${['itself', ...allowed].join(' and ')}: put the shared word into src/core, or pass the value in from src/app`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|topics|test|bench)/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
}));

const package_ = (name, packages, home) => ({
  name: `${name}-has-one-home`,
  comment: `${packages} may be imported in ${home} only: hide it behind the port there`,
  severity: 'error',
  from: { path: '^(src|topics)/', pathNot: home },
  to: { path: `node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    ...onlyCore,
    {
      name: 'core-imports-no-package',
      comment: 'src/core names things and needs nothing, not even Node',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'a-protocol-is-an-island',
      comment: 'one protocol never imports another: share through src/core',
      severity: 'error',
      from: { path: '^src/protocols/([^/]+)/' },
      to: { path: '^(src|topics|test|bench)/', pathNot: '^src/(core/|protocols/$1/)' },
    },
    {
      name: 'app-enters-layers-by-their-door',
      comment: 'src/app imports the index.ts of a layer, not its files',
      severity: 'error',
      from: { path: '^src/app/' },
      to: {
        path: '^src/(router|protocols|transports|brokers|stores|authenticators|config)/',
        pathNot: [
          '^src/(router|protocols|transports|brokers|stores|authenticators|config)/index\\.ts$',
          '^src/protocols/[^/]+/index\\.ts$',
        ],
      },
    },
    {
      name: 'client-imports-codecs-and-error-codes',
      comment: 'the browser client carries only protocols/*/codec and core/errors',
      severity: 'error',
      from: { path: '^src/client/' },
      to: {
        path: '^(src|topics|test|bench)/',
        pathNot: '^src/(client/|protocols/[^/]+/codec\\.ts$|core/errors\\.ts$)',
      },
    },
    {
      name: 'dashboard-stands-alone',
      comment: 'the page of /admin runs in a browser: of the server it knows types of src/core/inspection.ts',
      severity: 'error',
      from: { path: '^src/dashboard/' },
      to: { path: '^(src|topics|test|bench)/', pathNot: '^src/(dashboard/|core/inspection\\.ts$)' },
    },
    {
      name: 'dashboard-takes-types-alone',
      comment: 'import type: a value of the server would be bundled into the page',
      severity: 'error',
      from: { path: '^src/dashboard/' },
      to: { path: '^src/core/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-imports-the-dashboard',
      comment: 'the page of /admin is a program of its own',
      severity: 'error',
      from: { path: '^(src|topics)/', pathNot: '^src/dashboard/' },
      to: { path: '^src/dashboard/' },
    },
    {
      name: 'topics-import-the-public-door',
      comment: "a topic handler imports 'signalbox', as its user's handlers do",
      severity: 'error',
      from: { path: '^topics/' },
      to: { path: '^(src|test|bench)/', pathNot: '^src/(index|testing)\\.ts$' },
    },
    {
      name: 'nothing-imports-the-app',
      comment: 'the composition root is imported by the doors and by itself only',
      severity: 'error',
      from: { path: '^(src|topics)/', pathNot: '^src/(app/|index\\.ts$|testing\\.ts$)' },
      to: { path: '^src/app/' },
    },
    {
      name: 'no-circular',
      comment: 'a cycle has no reading order',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    package_('inversify', 'inversify', '^src/app/'),
    package_('yaml-and-zod', 'yaml|zod|recheck', '^src/config/'),
    package_('json-schema', 'ajv|ajv-formats', '^src/config/schema/'),
    package_('saxes', 'saxes', '^src/(config|protocols)/'),
    package_('ws', 'ws', '^src/(transports/|client/node\\.ts$|app/cli/)'),
    package_('path-to-regexp', 'path-to-regexp', '^src/router/'),
    package_('databases', 'pg|mysql2', '^src/authenticators/'),
    package_('redis', '@redis/client', '^src/brokers/redis/'),
    package_('libsql', 'libsql', '^src/stores/'),
    package_('jose', 'jose', '^src/authenticators/'),
    package_('commander', 'commander|picocolors', '^src/app/cli/'),
    package_('preact', 'preact|uplot', '^src/dashboard/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
