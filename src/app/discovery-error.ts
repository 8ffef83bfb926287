/** Not found out what to do with a file of the handler folder; the message names the file and the remedy. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
}
