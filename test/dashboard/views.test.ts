import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { REPOSITORY } from '../support/server.js';
import { ADMIN_KEY, useMockAdmin } from './mock-admin.js';
import { publicationRow } from './mock-answers.js';
import { PLACES } from './places.js';
import { goTo, signIn } from './signed-in.js';

const chromium = findChromium();
const mock = useMockAdmin();
const open = useBrowser(chromium);
const AXE = readFileSync(`${REPOSITORY}node_modules/axe-core/axe.min.js`, 'utf8');

const PHONE = { width: 390, height: 844 };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

interface Axe {
  run(options: object): Promise<{ readonly violations: readonly Violation[] }>;
}

/** What hinders people in what is shown; by all rules, or these. */
async function hindrances(page: Page, rules: readonly string[] | undefined): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const violations = await page.evaluate(async (wanted) => {
    return (await (globalThis as unknown as { axe: Axe }).axe.run(wanted)).violations;
  }, options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

async function tailOne(page: Page): Promise<void> {
  await page.getByText('listening').waitFor();
  mock().send('publication', publicationRow(300), 'tail');
}

/** Folds out what can be folded out, so that it is looked at, too. */
async function foldOut(page: Page): Promise<void> {
  const folded = page.getByRole('button', { name: /^Details of/ });
  if ((await folded.count()) > 0) await folded.first().click();
}

describe.skipIf(chromium === undefined)('each view', () => {
  it.each([
    ['light', PHONE, undefined],
    ['dark', { width: 1280, height: 800 }, ['color-contrast']],
  ] as const)(
    'can be used by everybody, when it is %s',
    { timeout: 120_000 },
    async (colorScheme, viewport, rules) => {
      const { page, faults } = await signIn(open, mock().url, ADMIN_KEY, {
        colorScheme,
        viewport,
        reducedMotion: 'reduce',
      });
      await page.evaluate(AXE); // not as a script of the page, whose policy lets none in
      for (const [place, title] of PLACES) {
        await goTo(page, place, title);
        if (place === 'channels/chat/room/1') await tailOne(page);
        await foldOut(page);
        expect({ place, hindrances: await hindrances(page, rules) }).toEqual({ place, hindrances: [] });
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect({ place, overflow }).toEqual({ place, overflow: 0 });
      }
      expect(faults).toEqual([]);
    },
  );

  it('can be reached by keyboard alone, and says where one is', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await page.keyboard.press('Tab');
    await expect(page.locator(':focus').textContent()).resolves.toBe('Skip to the content');
    for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
    await expect(page.locator(':focus').textContent()).resolves.toBe('Sessions');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
    await expect(page.locator(':focus').textContent()).resolves.toBe('Sessions');
    await expect(page.title()).resolves.toBe('Sessions · signalbox');
    const outline = await page.evaluate(() => {
      const { document, getComputedStyle } = globalThis as unknown as {
        document: { querySelector(selector: string): { focus(): void } };
        getComputedStyle(element: unknown): { outlineStyle: string };
      };
      const link = document.querySelector('.views a');
      link.focus();
      return getComputedStyle(link).outlineStyle;
    });
    expect(outline).toBe('solid');
  });
});

describe.skipIf(chromium === undefined)('a list', () => {
  it('of ten thousand sessions is shown fifty at a time, and searched', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'sessions', 'Sessions');
    const rows = page.locator('tbody tr');
    await expect(rows.count()).resolves.toBe(50);
    await page.getByText('1–50 of 10,000').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('51–100 of 10,000').waitFor();
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('1–50 of 10,000').waitFor();
    await page.getByLabel('Search').fill('s009999');
    await page.getByText('1–1 of 1').waitFor();
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Protocol').selectOption('stomp');
    await page.getByText('1–50 of 5,000').waitFor();
    expect(page.url()).toContain('#/sessions?protocol=stomp');
  });

  it('of channels has the order that one asks for', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'channels', 'Channels');
    await page.getByRole('button', { name: 'Rate/s' }).click();
    await page.locator('th[aria-sort="descending"]', { hasText: 'Rate/s' }).waitFor();
    await page.locator('tbody tr').first().getByText('29.8').waitFor();
  });
});

describe.skipIf(chromium === undefined)('queues', () => {
  it('show what waits, what is with consumers, and where nobody is', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'queues', 'Queues');
    const texts = await page.locator('tbody tr').first().locator('td').allTextContents();
    expect(texts).toEqual(['jobs/mail', 'jobs', '8,995', '5', '2', '90 % of 10,000', 'dead/jobs']);
    await expect(page.locator('tbody tr').nth(1).locator('td .bad').textContent()).resolves.toBe('0');
    await page.getByRole('link', { name: 'jobs/mail' }).click();
    await page.getByText('Waiting in the queue').waitFor();
  });
});

describe.skipIf(chromium === undefined)('reloads', () => {
  it('show what was wrong in one that was refused, and what another would do', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'reloads', 'Reloads');
    await page
      .getByRole('button', { name: /^Details of the reload/ })
      .first()
      .click();
    await page.getByLabel('What came of it').getByText('no such handler').waitFor();
    await page.getByRole('button', { name: 'Plan', exact: true }).click();
    await page.getByLabel('What came of it').getByText('shop.stock_60').waitFor();
    expect(mock().posted.at(-1)).toEqual({ path: 'plan', body: {} });
  });
});

describe.skipIf(chromium === undefined)('nodes', () => {
  it('that route differently, or were not heard for long, are marked', async () => {
    const { page } = await signIn(open, mock().url, ADMIN_KEY);
    await goTo(page, 'nodes', 'Nodes');
    await page.getByText('The nodes have 2 different routing tables.').waitFor();
    await expect(page.locator('tr', { hasText: 'differs' }).textContent()).resolves.toContain('node-c');
    await expect(page.locator('tbody tr', { hasText: 'late' }).textContent()).resolves.toContain('node-b');
  });
});
