import { isLoopback } from '../../core/loopback.js';
import type { DoctorCheck, Patient } from './doctor-check.js';

const SHORTEST_SECRET = 32;
const SHORTEST_KEY = 24;

/** What everybody tries first. */
const DEFAULT_LOGINS: readonly string[] = ['guest', 'admin', 'administrator', 'root', 'test', 'user'];

/** What settings and routes alone say. */
export const CONFIGURATION_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'configuration',
    about: 'configuration',
    severity: 'error',
    why: 'The server does not start with errors in settings, routes or handlers.',
    fix: 'run signalbox check, which shows each with its line and remedy',
    run: ({ application }) =>
      application.findings
        .filter(({ severity }) => severity === 'error')
        .map(({ file, line, message }) => `${file}:${line} ${message}`),
  },
  {
    name: 'configuration-warnings',
    about: 'configuration',
    severity: 'warning',
    why: 'Something works, and probably not as it was meant.',
    fix: 'run signalbox check, which shows each with its line and remedy',
    run: ({ application }) =>
      application.findings
        .filter(({ severity }) => severity === 'warning')
        .map(({ file, line, message }) => `${file}:${line} ${message}`),
  },
  {
    name: 'development-in-public',
    about: 'configuration',
    severity: 'error',
    why: 'In development visitors of the page may be any user, and refusals say what rules they met.',
    fix: 'set development: false, or listen on 127.0.0.1',
    run({ application: { settings }, url }) {
      const { development, listen } = settings;
      const isPublic = !isLoopback(listen.host) || (url !== undefined && !isLoopback(url.hostname));
      return development && isPublic ? [`development is on, and others reach ${listen.host}`] : [];
    },
  },
  {
    name: 'weak-secrets',
    about: 'configuration',
    severity: 'error',
    why: 'A secret that can be guessed lets anybody be any user, or any back end.',
    fix: 'make each with signalbox key, or openssl rand -base64 32',
    run: weakSecrets,
  },
  {
    name: 'default-logins',
    about: 'configuration',
    severity: 'error',
    why: 'Logins whose secret is their name are what strangers try first.',
    fix: 'give the login another secret, or take it out of auth.logins',
    run: ({ application: { settings } }) =>
      [...settings.auth.logins].flatMap(([name, { secret }]) =>
        secret !== undefined && (secret === name || DEFAULT_LOGINS.includes(secret))
          ? [`the secret of login ${name} is what everybody tries`]
          : [],
      ),
  },
  {
    name: 'plain-text-in-public',
    about: 'configuration',
    severity: 'warning',
    why: 'Tickets and keys are read by whoever is on the way.',
    fix: 'set listen.tls, or put a proxy with TLS before it',
    run: ({ application: { settings }, url }) => {
      if (url !== undefined) {
        const isPlain = url.protocol === 'http:' && !isLoopback(url.hostname);
        return isPlain ? [`${url.origin} is not encrypted`] : [];
      }
      const { host, tls, trustedProxies } = settings.listen;
      const isOpen = tls === undefined && !isLoopback(host) && trustedProxies.length === 0;
      return isOpen ? [`listen.host is ${host}, without listen.tls and listen.trusted_proxies`] : [];
    },
  },
];

/** By their names: no secret is ever shown. */
function weakSecrets({ application: { settings } }: Patient): readonly string[] {
  const { secret, keys } = settings.auth;
  const found: string[] = [];
  const look = (name: string, text: string | undefined, shortest: number) => {
    if (text === undefined) return;
    if (text.length < shortest)
      found.push(`${name} has ${text.length} characters, and should have ${shortest}`);
    else if (new Set(text).size < 8) found.push(`${name} repeats few characters`);
  };
  look('auth.secret', secret, SHORTEST_SECRET);
  for (const [name, { key }] of keys) look(`auth.keys.${name}`, key, SHORTEST_KEY);
  return found;
}
