export type StompVersion = '1.0' | '1.1' | '1.2';

/** The versions spoken here, as an ERROR to a peer that speaks none of them lists them. */
export const SUPPORTED_VERSIONS = '1.0,1.1,1.2';

const NEWEST_FIRST: readonly StompVersion[] = ['1.2', '1.1', '1.0'];

/**
 * The newest version of `accept-version` that is spoken here, undefined if there is none. A peer that says nothing
 * speaks 1.0. [STOMP 1.2 §Protocol Negotiation]
 */
export function negotiateVersion(acceptVersion: string | undefined): StompVersion | undefined {
  if (acceptVersion === undefined) return '1.0';
  const offered = acceptVersion.split(',').map((version) => version.trim());
  return NEWEST_FIRST.find((version) => offered.includes(version));
}
