/** What a peer may have sent in place of a text is left out. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
