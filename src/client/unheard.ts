import { pageUrl } from './page-url.js';

/**
 * Why a connection did not come about, as far as a page can know: browsers keep a refusal to themselves. Empty where the page is
 * of the server itself, or where there is no page.
 */
export function unheard(url: string): string {
  const page = pageUrl();
  if (page === undefined || new URL(page).host === new URL(url).host) return '';
  return `no answer: the server is away, or its setting origins does not list ${new URL(page).origin}`;
}
