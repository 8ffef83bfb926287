import type { Authenticator, Credential } from '../../core/authenticator.js';
import { RouterError } from '../../core/errors.js';
import { after, type MaybePromise } from '../../core/maybe-promise.js';
import { MAX_CREDENTIAL } from '../../core/read-attempt.js';
import type { Principal, Session } from '../../core/session.js';
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

/** Who a peer is by its login; one without name and password is nobody in particular. Throws `unauthorized`. */
export function identify(
  login: Login,
  { remoteAddress, authenticator }: { readonly remoteAddress: string; readonly authenticator: Authenticator },
): MaybePromise<Principal> {
  const credential = credentialOf(login);
  const attempt = { remoteAddress, headers: {}, ...(credential && { credential }) };
  return after(authenticator.authenticate(attempt), (principal) => {
    if (principal !== undefined) return principal;
    throw new RouterError('unauthorized', `name and password are ${credential ? 'not known' : 'missing'}`);
  });
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

/** It does not say why: a stranger learns nothing from it. */
export function writeLoginFailure({ isWordy }: Login): string {
  if (!isWordy) return writeElement('login', { ok: '0' });
  return writeElement('login', { login_status: '0' }, '<login_error>Login Problem</login_error>');
}

/** A secret without a name is a token: one that is presented is never passed over. */
function credentialOf({ name, password }: Login): Credential | undefined {
  if (Math.max(name.length, password.length) > MAX_CREDENTIAL)
    throw new RouterError('unauthorized', `name or password is over ${MAX_CREDENTIAL} characters`);
  if (name !== '') return { source: 'login', identity: name, secret: password };
  return password === '' ? undefined : { source: 'token', secret: password };
}

/** These clients pass elements through `unescape`, to which a percent sign is the start of a character. */
function unescapable(text: string): string {
  return escapeXml(text.replaceAll('%', '%25'));
}
