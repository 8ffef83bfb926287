import { isRecord } from '../../core/json-schema.js';
import { element, type Html, html, joined, text } from './html.js';
import { PAGE_STYLE } from './page-style.js';
import { schemaTable } from './schema-table.js';
import type { Tree } from './tree.js';

/** An AsyncAPI document of ours as a page that asks for nothing else. */
export function asyncApiPage(document: Tree): string {
  const { info, servers, channels } = document as Record<'info' | 'servers' | 'channels', Tree>;
  const title = String(info['title']);
  const all = Object.entries(channels) as [string, Tree][];
  const body = [
    element('header', [
      element('h1', title),
      element('p', `Version ${String(info['version'])}`),
      element('p', String(info['description'])),
    ]),
    element(
      'nav',
      [
        element(
          'ul',
          all.map(([id, channel]) => element('li', link(id, addressOf(channel)))),
        ),
      ],
      { 'aria-label': 'Channels' },
    ),
    element('main', [
      element('h2', 'Servers'),
      serversTable(servers),
      ...securitySection(document),
      element('h2', 'Channels'),
      ...all.map(([id, channel]) => channelSection(document, id, channel)),
    ]),
  ];
  return page(title, joined(body));
}

function page(title: string, body: Html): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${html(text(title))}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${html(body)}
</body>
</html>
`;
}

function link(id: string, label: string): Html {
  return element('a', label, { href: `#${id}` });
}

function addressOf({ address, title }: Tree): string {
  return String(address ?? title);
}

function serversTable(servers: Tree): Html {
  const rows = (Object.entries(servers) as [string, Tree][]).map(([name, server]) => [
    text(name),
    element(
      'code',
      `${String(server['protocol'])}://${String(server['host'])}${String(server['pathname'] ?? '')}`,
    ),
    text(String(server['description'] ?? '')),
  ]);
  return table(['Server', 'Address', ''], rows);
}

function securitySection(document: Tree): Html[] {
  const schemes = Object.entries((document['components'] as Tree)['securitySchemes'] ?? {}) as [
    string,
    Tree,
  ][];
  if (schemes.length === 0) return [];
  const servers = Object.entries(document['servers'] as Record<string, Tree>);
  const anonymous = servers.some(([, server]) => server['x-anonymous'] === true);
  return [
    element('h2', 'Who a client is'),
    element(
      'p',
      anonymous ? 'One of these, or nobody in particular.' : 'One of these; nobody may come without.',
    ),
    table(
      ['Scheme', 'How', 'Where', ''],
      schemes.map(([name, scheme]) => [
        text(name),
        element('code', howOf(scheme)),
        text(servers.flatMap(([id, server]) => (knows(server, name) ? [id] : [])).join(', ')),
        text(String(scheme['description'] ?? '')),
      ]),
    ),
  ];
}

function knows({ security }: Tree, scheme: string): boolean {
  const all = Array.isArray(security) ? (security as readonly Tree[]) : [];
  return all.some(({ $ref }) => $ref === `#/components/securitySchemes/${scheme}`);
}

function howOf({ type, name, in: place, scheme }: Tree): string {
  if (place === 'query') return `?${String(name)}=`;
  if (place === 'cookie') return `Cookie: ${String(name)}`;
  if (type === 'http') return scheme === 'basic' ? 'Authorization: Basic' : 'Authorization: Bearer';
  return String(type);
}

/** A table that scrolls by itself where the page is narrow. */
function table(head: readonly string[], rows: readonly (readonly Html[])[]): Html {
  const cells = element(
    'tr',
    head.map((name) => element('th', name, { scope: 'col' })),
  );
  const lines = rows.map((row) =>
    element(
      'tr',
      row.map((cell) => element('td', [cell])),
    ),
  );
  return element('div', [element('table', [element('thead', [cells]), element('tbody', lines)])], {
    class: 'scroll',
    tabindex: '0',
  });
}

function channelSection(document: Tree, id: string, channel: Tree): Html {
  const parameters = Object.entries((channel['parameters'] ?? {}) as Record<string, Tree>);
  const schemas = (document['components'] as Record<string, Tree>)['schemas'] ?? {};
  const message = (document['components'] as Record<string, Record<string, Tree>>)['messages']?.[id] ?? {};
  return element(
    'section',
    [
      element('h3', [element('code', addressOf(channel))]),
      element('p', [text(`Route ${String(channel['title'])}`), ...traits(channel)]),
      ...(parameters.length === 0 ? [] : [parametersTable(parameters)]),
      ...operations(document, id),
      element('h4', 'Payload'),
      element(
        'p',
        `${String(message['title'])}${message['contentType'] === undefined ? '' : `, ${String(message['contentType'])}`}`,
      ),
      ...examplesOf(message),
      ...(Object.hasOwn(schemas, id) ? payload(schemas[id]) : []),
    ],
    { id },
  );
}

function parametersTable(parameters: readonly (readonly [string, Tree])[]): Html {
  return table(
    ['Parameter', 'Values'],
    parameters.map(([name, { description, enum: values }]) => [
      element('code', name),
      text(Array.isArray(values) ? values.join(', ') : String(description ?? 'any')),
    ]),
  );
}

/** What is special about the channels, each as `name value`. */
function traits(channel: Tree): Html[] {
  const { route: _route, handler, ...rest } = channel['x-signalbox'] as Tree;
  return Object.entries({ handler, ...rest }).map(([name, value]) =>
    joined([text(' '), element('span', `${name} ${valueText(value)}`, { class: 'trait' })]),
  );
}

function valueText(value: unknown): string {
  if (!isRecord(value)) return String(value);
  return Object.entries(value)
    .map(([name, item]) => `${name} ${isRecord(item) ? JSON.stringify(item) : String(item)}`)
    .join(', ');
}

function operations(document: Tree, id: string): Html[] {
  const all = document['operations'] as Record<string, Tree>;
  const rows = ['subscribe', 'publish', 'call'].flatMap((name) => {
    const demands = all[`${id}.${name}`]?.['x-access'] as readonly (readonly string[])[] | undefined;
    if (demands === undefined) return [];
    return [[text(name), text(demands.map((rules) => rules.join(' or ')).join(', and '))]];
  });
  return rows.length === 0 ? [] : [table(['Operation', 'Who may'], rows)];
}

function examplesOf({ examples }: Tree): Html[] {
  const all = Array.isArray(examples) ? (examples as readonly Tree[]) : [];
  return all.map((example) =>
    element('pre', [element('code', JSON.stringify(example['payload'], undefined, 2))], { tabindex: '0' }),
  );
}

function payload(schema: unknown): Html[] {
  const source = element('pre', [element('code', JSON.stringify(schema, undefined, 2))], { tabindex: '0' });
  const whole = element('details', [element('summary', 'JSON Schema'), source]);
  const rows = schemaTable(schema);
  if (rows.length === 0) return [whole];
  const cells = rows.map(({ path, type, isRequired, description }) => [
    element('code', path),
    text(`${type}${isRequired ? ', required' : ''}`),
    text(description),
  ]);
  return [table(['Property', 'Type', ''], cells), whole];
}
