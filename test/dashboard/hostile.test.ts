import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { ADMIN_KEY, useMockAdmin } from './mock-admin.js';
import { HOSTILE, publicationRow } from './mock-answers.js';
import { PLACES } from './places.js';
import { goTo, signIn } from './signed-in.js';

const chromium = findChromium();
const mock = useMockAdmin();
const open = useBrowser(chromium);

/** All at once: markup, links, terminals, directions, nothing to see, half a character, a name of prototypes, and no place to break. */
const EVERYTHING = `${Object.values(HOSTILE).join('')}\ud800__proto__${'W'.repeat(3_000)}`;

const PHONE = { width: 390, height: 844 };

/** What is in the page and not by us, or wider than it. */
async function harm(page: Page): Promise<object> {
  return page.evaluate(() => {
    const { document, innerWidth } = globalThis as unknown as {
      innerWidth: number;
      document: {
        links: Iterable<{ readonly protocol: string; readonly hash: string }>;
        documentElement: { readonly scrollWidth: number };
        body: { readonly textContent: string };
        querySelectorAll(selector: string): { readonly length: number };
      };
    };
    return {
      elements: document.querySelectorAll('#app img, #app script, #app iframe, #app svg, [onerror]').length,
      links: [...document.links].filter(({ hash }) => !hash.startsWith('#/')).length,
      unseen: /[\u001b\u200b\u202e\ud800-\udfff]/u.test(document.body.textContent),
      overflow: document.documentElement.scrollWidth - innerWidth,
    };
  });
}

const HARMLESS = { elements: 0, links: 0, unseen: false, overflow: 0 };

async function foldOut(page: Page): Promise<void> {
  const folded = page.getByRole('button', { name: /^Details of/ });
  if ((await folded.count()) > 0) await folded.first().click();
}

async function tail(page: Page, payload: unknown): Promise<void> {
  await goTo(page, 'channels/chat/room/1', 'chat/room/1');
  await page.getByText('listening').waitFor();
  mock().send('publication', publicationRow(300, payload), 'tail');
  await page.getByRole('button', { name: /^Details of/ }).click();
}

describe.skipIf(chromium === undefined)('what an enemy chooses', () => {
  it('does no harm in any view, whichever text it is', { timeout: 120_000 }, async () => {
    const { page, faults } = await signIn(open, mock().url, ADMIN_KEY, { viewport: PHONE });
    mock().disguise = () => EVERYTHING;
    onTestFinished(() => {
      mock().disguise = undefined;
    });
    for (const [place, title] of PLACES) {
      await goTo(page, place, title);
      if (title === 'chat/room/1' && !place.includes('?')) {
        await page.getByText('listening').waitFor();
        mock().send('publication', publicationRow(300), 'tail');
        await page.getByRole('button', { name: /^Details of/ }).waitFor();
      }
      await foldOut(page);
      expect({ place, ...(await harm(page)) }).toEqual({ place, ...HARMLESS });
    }
    await goTo(page, 'console?channel=x', 'Console');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByLabel('How it is decided').waitFor();
    expect(await harm(page)).toEqual(HARMLESS);
    expect(faults).toEqual([]);
  });

  it('can be the address of the page', async () => {
    const { page, faults } = await signIn(open, mock().url, ADMIN_KEY, { viewport: PHONE });
    for (const name of [encodeURIComponent(HOSTILE.markup), '%', '%ff%00', '__proto__', 'W'.repeat(3_000)]) {
      for (const view of ['channels', 'sessions']) {
        await page.evaluate(
          (hash) => Object.assign(globalThis, { location: hash }),
          `#/${view}/${name}?part=${name}`,
        );
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByText('loading', { exact: true }).waitFor({ state: 'detached' });
        expect({ view, name, ...(await harm(page)) }).toEqual({ view, name, ...HARMLESS });
      }
    }
    expect(faults).toEqual([]);
  });

  it.each([
    ['a megabyte without a space', 'W'.repeat(1_000_000)],
    ['a list two thousand lists deep', JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`)],
    ['members of prototypes', JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 1}}')],
    [
      'ten thousand members',
      Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`m${n}`, EVERYTHING.slice(0, 60)])),
    ],
  ])('can be the payload: %s', async (_, payload) => {
    const { page, faults } = await signIn(open, mock().url, ADMIN_KEY, { viewport: PHONE });
    await tail(page, payload);
    await page.getByLabel('Payload').waitFor();
    expect(await harm(page)).toEqual(HARMLESS);
    await expect(page.evaluate('({}).polluted')).resolves.toBeUndefined();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    expect(faults).toEqual([]);
  });
});
