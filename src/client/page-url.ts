/** The address of the page, which relative addresses belong to; undefined where there is no page. */
export function pageUrl(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href;
}
