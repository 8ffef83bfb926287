import type { Locator, Page } from 'playwright-core';

/** What a test does and sees on the page at `/`. */
export class LivePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get connection(): Locator {
    return this.page.locator('#connection');
  }

  /** The messages, newest first. */
  get log(): Locator {
    return this.page.locator('#log > li');
  }

  /** The entry of a channel in the list. */
  channel(name: string): Locator {
    const label = this.page.locator('code.channel').getByText(name, { exact: true });
    return this.page.locator('#channels > li').filter({ has: label });
  }

  async connected(): Promise<void> {
    await this.page.locator('#connection[data-state="open"]').waitFor();
  }

  /** Logs in as one of the ready users, or as nobody, and resolves when the server has said so. */
  async become(who: 'User 5' | 'User 6' | 'Nobody'): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`^${who}`) }).click();
    await this.is(who === 'Nobody' ? 'anonymous' : who.toLowerCase());
  }

  /** Resolves when the server says that the page is this. */
  async is(identity: string): Promise<void> {
    await this.page.locator('#identity').getByText(identity, { exact: true }).waitFor();
    await this.settled();
  }

  async enterChannel(name: string): Promise<void> {
    await this.page.getByLabel('Subscribe to a channel').fill(name);
    await this.page.keyboard.press('Enter');
  }

  /** Subscribes by the form, and resolves when the server has answered or kept silent for good. */
  async subscribe(channel: string): Promise<void> {
    await this.enterChannel(channel);
    await this.settled();
  }

  async publish(channel: string, payload: string): Promise<void> {
    await this.page.getByLabel('Channel', { exact: true }).fill(channel);
    await this.page.getByLabel('Message, as JSON').fill(payload);
    await this.page.keyboard.press('Enter');
  }

  /** WAMP v1 says nothing to a SUBSCRIBE that is fine; but a server takes messages in their order and answers a call. */
  async settled(): Promise<void> {
    await this.connected();
    await this.page.evaluate("import('/sync.mjs').then(({ sync }) => sync.call('settled').catch(() => 0))");
  }
}
