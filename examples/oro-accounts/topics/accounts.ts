import { type Account, type Accounts, TOKENS } from 'signalbox';

/** Asks the application, over an address of your own, who a user is. */
export class ApplicationAccounts implements Accounts {
  static readonly service = TOKENS.accounts;

  async find(username: string): Promise<Account | undefined> {
    const address = process.env['ACCOUNTS_URL'] ?? 'http://127.0.0.1:8000/accounts';
    const response = await fetch(`${address}?username=${encodeURIComponent(username)}`, {
      headers: { authorization: `Bearer ${process.env['ACCOUNTS_KEY']}` },
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`the application answered ${response.status}`);
    return (await response.json()) as Account;
  }
}
