import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** What stands before the 32 octets of a key. [RFC 8410 §4, §7] */
const HEAD = {
  public: Buffer.from('302a300506032b6570032100', 'hex'),
  private: Buffer.from('302e020100300506032b657004220420', 'hex'),
};

const RAW = /^[A-Za-z0-9_-]{43}=?$/;

/** Whether a text is a key itself, and not the path of a file with one. */
export function isKeyText(text: string): boolean {
  return text.includes('-----BEGIN ') || RAW.test(text.trim());
}

/** The public Ed25519 key that a text has, as PEM or as 32 octets in base64url. Throws `RangeError` without the text. */
export function publicKeyOf(text: string): KeyObject {
  if (text.includes('PRIVATE KEY-----')) {
    throw new RangeError('it is a private key: openssl pkey -pubout makes the public one of it');
  }
  return ed25519(() =>
    RAW.test(text.trim())
      ? createPublicKey({ key: der(text, HEAD.public), format: 'der', type: 'spki' })
      : createPublicKey(text),
  );
}

/** The private one likewise. */
export function privateKeyOf(text: string): KeyObject {
  if (text.includes('PUBLIC KEY-----')) throw new RangeError('it is a public key, which cannot sign');
  return ed25519(() =>
    RAW.test(text.trim())
      ? createPrivateKey({ key: der(text, HEAD.private), format: 'der', type: 'pkcs8' })
      : createPrivateKey(text),
  );
}

/** The errors of OpenSSL are not passed on: they may tell of the text. */
function ed25519(read: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // told below
  }
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new RangeError('it is no Ed25519 key: openssl genpkey -algorithm ed25519 makes one');
}

function der(text: string, head: Buffer): Buffer {
  return Buffer.concat([head, Buffer.from(text.trim(), 'base64url')]);
}
