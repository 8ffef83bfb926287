import { isIP } from 'node:net';

/** Tests for one address, or all that begin with the same bits: `10.0.0.7`, `10.0.0.0/8`, `2001:db8::/32`. [RFC 4632 §3.1] */
export const ADDRESS_RANGE = {
  test(text: string): boolean {
    const [address = '', bits, ...more] = text.split('/');
    const family = address.includes('%') ? 0 : isIP(address);
    if (family === 0 || more.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  },
};
