/** Whether a text is meant as an address such as `https://host/path`, not as a path. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/**
 * What is wrong with an address that the server is to ask, if anything. Where `secure`, plain http is for loopback
 * only: what comes from there decides who a peer is.
 */
export function faultOfAddress(text: string, { secure }: { secure: boolean }): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'this is not an address of http or https';
  if (url.username !== '' || url.password !== '') return 'an address cannot have a user or password';
  if (secure && url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'what it answers can be changed on its way: use https, which only loopback may do without';
  }
  return undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
