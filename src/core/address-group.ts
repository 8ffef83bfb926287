const GROUPS = 8;
/** Groups of 16 bits of an IPv6 address that name the network of one subscriber. [RFC 6177 §2] */
const NETWORK = 4;

/**
 * What counts as one address where peers are counted: an IPv4 address as it is, of an IPv6 address its /64, since a
 * single peer has all addresses of one. Anything else is its own group.
 */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address;
  const [plain = ''] = address.toLowerCase().split('%', 1);
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain) ?? [];
  if (mapped !== undefined) return mapped;
  const groups = expand(plain);
  return groups === undefined ? address : `${groups.slice(0, NETWORK).join(':')}::/64`;
}

/** The eight groups, without leading zeros; a dotted end counts as two. Undefined for what is no IPv6 address. */
function expand(address: string): readonly string[] | undefined {
  const [head = '', tail, ...more] = address.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split('::');
  const before = parts(head);
  const after = parts(tail ?? '');
  const missing = GROUPS - before.length - after.length;
  const isWhole = tail === undefined ? missing === 0 : missing > 0;
  const groups = [...before, ...Array<string>(Math.max(0, missing)).fill('0'), ...after];
  if (!isWhole || more.length > 0 || !groups.every((group) => /^[0-9a-f]{1,4}$/.test(group)))
    return undefined;
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}

function parts(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}
