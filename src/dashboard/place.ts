export const VIEWS = [
  'overview',
  'sessions',
  'channels',
  'queues',
  'routes',
  'refusals',
  'slow',
  'nodes',
  'reloads',
  'console',
] as const;

export type View = (typeof VIEWS)[number];

/** Where one is in the page, as its address says behind the `#`. */
export interface Place {
  readonly view: View;
  /** The session or the channel that is looked at. */
  readonly name: string | undefined;
  readonly query: URLSearchParams;
}

/** The place of `#/channels/chat%2Froom?part=history`; the overview for what is none. */
export function readPlace(hash: string): Place {
  const [path = '', query = ''] = split(hash.replace(/^#?\/?/, ''), '?');
  const [first = '', name] = split(path, '/');
  const view = VIEWS.find((known) => known === first) ?? 'overview';
  return {
    view,
    name: name === undefined || name === '' ? undefined : decode(name),
    query: new URLSearchParams(query),
  };
}

/** The address of a place, to be a link: never of another page, whatever the name is. */
export function hrefOf(
  view: View,
  name?: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return `#/${view}${name === undefined ? '' : `/${encodeName(name)}`}${search}`;
}

/** Cuts a text at the first `mark`. */
function split(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Slashes stay readable; lone surrogates, which nothing can encode, do not throw. */
function encodeName(name: string): string {
  return encodeURIComponent(name.replace(/[\ud800-\udfff]/gu, '\ufffd')).replaceAll('%2F', '/');
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
