const ODD = /^\/|\/$|\/\//;

/** Whether a name begins or ends with a slash, or has two side by side. */
export function hasOddSlash(name: string): boolean {
  return ODD.test(name);
}

/** A channel that was perhaps meant, and what is odd about the name. */
export interface LikelyChannel {
  readonly channel: string;
  readonly difference: string;
}

/**
 * What a name with a slash too many may mean; undefined for a name without one, and for what means nothing without it
 * either. `meaning` says what a name means.
 */
export function likelyChannel(
  name: string,
  meaning: (name: string) => string | undefined,
): LikelyChannel | undefined {
  if (!hasOddSlash(name)) return undefined;
  const plain = name
    .split('/')
    .filter((part) => part !== '')
    .join('/');
  for (const spelling of name.startsWith('/') ? [plain, `/${plain}`] : [plain]) {
    const channel = plain === '' ? undefined : meaning(spelling);
    if (channel !== undefined && channel !== name)
      return { channel, difference: differenceOf(name, channel) };
  }
  return undefined;
}

function differenceOf(name: string, channel: string): string {
  if (/.\/\/+./.test(name)) return 'with single slashes';
  const [first = ''] = channel.split('/', 1);
  const isLed = first !== '' && /^\/+/.test(name) && name.replace(/^\/+/, '').startsWith(first);
  if (isLed && name.endsWith('/')) return 'without the slashes at both ends';
  return isLed ? 'without the leading slash' : 'without the trailing slash';
}
