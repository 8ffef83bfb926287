import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Open, Visit } from '../support/browser.js';

/** The page of an address, behind the door. */
export async function signIn(
  open: Open,
  url: string,
  key: string,
  options?: BrowserContextOptions,
): Promise<Visit> {
  const visit = await open(url, options);
  await visit.page.getByLabel('Admin key').fill(key);
  await visit.page.getByRole('button', { name: 'Sign in' }).click();
  await visit.page.getByText('live', { exact: true }).waitFor();
  return visit;
}

/** Goes where a link of the page would, and waits until it is there. */
export async function goTo(page: Page, place: string, title: string): Promise<void> {
  await page.evaluate((hash) => Object.assign(globalThis, { location: hash }), `#/${place}`);
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.getByText('loading', { exact: true }).waitFor({ state: 'detached' });
}
