import { entryOf } from '../file-reader.js';
import type { YamlNode } from '../yaml-tree.js';
import type { GosNote } from './installation.js';
import { type ConfigFile, placeOf } from './installation-files.js';

type Said = readonly [kind: GosNote['kind'], text: string];

/** What becomes of a setting below `oro_sync:`. */
const SETTINGS: Readonly<Record<string, Said>> = {
  websocket_ping: ['taken', 'is the interval of the handler oro_sync.ping'],
};
/** What becomes of a parameter of OroSyncBundle that the application changed. */
const PARAMETERS: readonly (readonly [name: RegExp, said: Said])[] = [
  [
    /ticket_ttl$/,
    [
      'todo',
      'is how long a ticket is good: auth.ticket_ttl, or for tickets of Oro auth.oro (docs/access.md)',
    ],
  ],
  [/^oro_sync\.websocket_ping\.interval$/, ['taken', 'is the interval of the handler oro_sync.ping']],
  [
    /^websocket_(?:frontend|backend)_/,
    ['todo', 'is where pages and PHP code look for the server: let them find this one'],
  ],
];
const TAGS: Readonly<Record<string, Said>> = {
  'oro_sync.origin_provider': ['todo', 'says which origins may connect: list them in `origins`'],
  'oro_sync.tag_generator': [
    'differs',
    'goes on in PHP: tags of content are published on oro/data/update as before',
  ],
};

/** What the application says to OroSyncBundle: its section, its parameters, and services with its tags. */
export function oroNotes({ source, root }: ConfigFile): readonly GosNote[] {
  if (root.kind !== 'map' || source.name.startsWith('vendor/')) return [];
  const note = (
    node: { readonly range: readonly [number, number] },
    name: string,
    [kind, text]: Said,
  ): GosNote => ({
    kind,
    at: placeOf(source, node),
    text: `${name} ${text}`,
  });
  const below = (key: string) => {
    const value = entryOf(root, key)?.value;
    return value?.kind === 'map' ? value.entries : [];
  };
  return [
    ...below('oro_sync').map(({ key, keyRange }) =>
      note({ range: keyRange }, `oro_sync.${key}`, SETTINGS[key] ?? UNKNOWN),
    ),
    ...below('parameters').flatMap(({ key, keyRange }) => {
      const [, said] = PARAMETERS.find(([name]) => name.test(key)) ?? [];
      return said === undefined ? [] : [note({ range: keyRange }, key, said)];
    }),
    ...below('services').flatMap(({ key, keyRange, value }) =>
      tagsOf(value).flatMap((tag) => {
        const said = TAGS[tag];
        return said === undefined ? [] : [note({ range: keyRange }, key, said)];
      }),
    ),
  ];
}

const UNKNOWN: Said = ['todo', 'is not known; find out what it did'];

function tagsOf(service: YamlNode): readonly string[] {
  const tags = service.kind === 'map' ? entryOf(service, 'tags')?.value : undefined;
  const items = tags === undefined ? [] : tags.kind === 'list' ? tags.items : [tags];
  return items.flatMap((item) => {
    const name = item.kind === 'map' ? entryOf(item, 'name')?.value : item;
    return name?.kind === 'scalar' ? [name.text] : [];
  });
}
