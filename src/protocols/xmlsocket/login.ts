import type { Session } from '../../core/session.js';
import { escapeXml, writeElement } from './write-xml.js';
import type { XmlElement } from './xml-element.js';

/** A name and a password, and how the client that sent them is answered. */
export interface Login {
  readonly name: string;
  readonly password: string;
  /** Whether the client reads elements by their position, as those do that send whole words. */
  readonly isWordy: boolean;
}

export function readLogin({ attributes }: XmlElement): Login {
  const isWordy = 'username' in attributes;
  const [name = '', password = ''] = isWordy
    ? [attributes['username'], attributes['password']]
    : [attributes['u'], attributes['p']];
  return { name, password, isWordy };
}

export function writeWelcome({ isWordy }: Login, { id: session, principal }: Session): string {
  const id = principal.id ?? session;
  if (!isWordy) return writeElement('login', { ok: '1', id });
  const { name } = principal.claims;
  const words = [
    writeElement('user_id', {}, unescapable(id)),
    writeElement('username', {}, unescapable(typeof name === 'string' ? name : id)),
    '<login_error />',
  ];
  return writeElement('login', { login_status: '1' }, words.join(''));
}

export function writeRefusal({ isWordy }: Login): string {
  if (!isWordy) return writeElement('login', { ok: '0' });
  return writeElement('login', { login_status: '0' }, '<login_error>Login Problem</login_error>');
}

/** These clients pass elements through `unescape`, to which a percent sign is the start of a character. */
function unescapable(text: string): string {
  return escapeXml(text.replaceAll('%', '%25'));
}
