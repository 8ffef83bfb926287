import type { Locator, Page } from 'playwright-core';

/** What a test does and sees on the chat page. */
export class ChatPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** What is said in the conversation that is shown, oldest first. */
  get said(): Locator {
    return this.page.locator('#feed .lines > li .text');
  }

  /** Comings and goings. */
  get news(): Locator {
    return this.page.locator('#feed .lines > li:is([data-type="enter"], [data-type="leave"])');
  }

  get members(): Locator {
    return this.page.locator('#members .who');
  }

  /** The buttons of rooms, or of private conversations. */
  talks(list: 'rooms' | 'privates'): Locator {
    return this.page.locator(`#${list} .open`);
  }

  async connected(): Promise<void> {
    await this.page.locator('#connection[data-state="open"]').waitFor();
  }

  /** Resolves when this is one of the people that development offers, and in the first room. */
  async become(user: 'ann' | 'ben' | 'sue' | 'adam'): Promise<void> {
    await this.page.locator('#somebody > summary').click();
    await this.page.locator(`#login [data-user="${user}"]`).click();
    await this.page.locator('#me').getByText(user, { exact: true }).waitFor();
    await this.members.getByText(user, { exact: true }).waitFor();
  }

  async show(talk: string): Promise<void> {
    await this.page.locator('.open', { hasText: talk }).click();
    await this.page.locator('#talk-title').getByText(talk, { exact: true }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.page.locator('#say-text').fill(text);
    await this.page.locator('#say-text').press('Enter');
  }

  /** Resolves when a text has been said in the conversation that is shown. */
  async hears(text: string): Promise<void> {
    await this.said.getByText(text, { exact: true }).waitFor();
  }
}
