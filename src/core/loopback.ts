const OCTETS = /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** Whether an address, or the name of one, is of this machine itself, so that nobody else gets there. [RFC 1122 §3.2.1.3] */
export function isLoopback(address: string): boolean {
  const plain = address.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return plain === 'localhost' || plain === '::1' || OCTETS.test(plain.replace(/^::ffff:/, ''));
}
