import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

/** A page in a browser, with everything that went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Errors of the console, exceptions nobody caught, and dialogs, in their order. */
  readonly faults: readonly string[];
}

/** The machine's own address has every name below `.test`, for pages whose origin is not loopback. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--no-proxy-server',
  '--host-resolver-rules=MAP *.test 127.0.0.1',
];

export type Open = (url: string, options?: BrowserContextOptions) => Promise<Visit>;

/** One browser for all tests of a file; each page has a profile of its own and ends with its test. */
export function useBrowser(executablePath: string | undefined): Open {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (executablePath === undefined) return;
    browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  });
  afterAll(() => browser?.close());
  return async (url, options) => {
    if (browser === undefined) throw new Error('the browser is started before the first test');
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const faults = watch(page);
    await page.goto(url);
    return { page, faults };
  };
}

function watch(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return faults;
}
