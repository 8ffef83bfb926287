import { escapeXml } from './write-xml.js';

export interface PolicyRules {
  /** Sites whose films may connect: `*`, `*.example.com`, `example.com`. */
  readonly domains: readonly string[];
  /** Where they may connect to, as in `8843` or `8000-8999`; `*` for everywhere. */
  readonly ports: readonly string[];
}

/** The socket policy of Flash Player. A policy from a port of 1024 or more says nothing about ports below. */
export function policyFile({ domains, ports }: PolicyRules): string {
  const to = escapeXml(ports.join(','));
  const rules = domains.map(
    (domain) => `<allow-access-from domain="${escapeXml(domain)}" to-ports="${to}"/>`,
  );
  return `<?xml version="1.0"?><cross-domain-policy>${rules.join('')}</cross-domain-policy>`;
}

/** Whether a message asks for the policy, in the words of Flash Player or of the manuals of 2003. */
export function isPolicyRequest(name: string): boolean {
  return name === 'policy-file-request' || name === 'cross-domain-request';
}
