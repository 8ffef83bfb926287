import { isLoopback } from '../../core/loopback.js';
import type { DoctorCheck } from './doctor-check.js';

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
  {
    name: 'trusted-everybody',
    about: 'configuration',
    severity: 'error',
    why: 'Whoever is taken for a proxy says which address it has: no limit by address holds, and none is blocked.',
    fix: 'name the addresses of the proxies alone in listen.trusted_proxies',
    run: ({ application: { settings } }) =>
      settings.listen.trustedProxies
        .filter(isVast)
        .map((range) => `listen.trusted_proxies has ${range}, in which strangers are`),
  },
];

/** More than any network of one's own: 10.0.0.0/8 and fc00::/7 are the largest of those. */
function isVast(range: string): boolean {
  const [address = '', bits] = range.split('/');
  if (bits === undefined || /^f[cd]/i.test(address)) return false;
  return Number(bits) < (address.includes(':') ? 16 : 8);
}
