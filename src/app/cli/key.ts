import { hashOfKey, randomKey } from '../secrets.js';
import type { CliCommand } from './program.js';

/** Prints a new key for a back end and its hash, or the hash of a key that there is. */
export const key: CliCommand = {
  describe: (command) =>
    command
      .description('print a new key for a back end, and its hash for auth.keys')
      .option('--hash', 'print the hash of the key on standard input instead')
      .option('--json', 'print as JSON'),
  async run({ options, context }) {
    const made = options['hash'] === true ? undefined : randomKey();
    const text = made ?? (await context.input()).trim();
    if (text === '') {
      context.err('error: there is no key on standard input: echo "$SHOP_API_KEY" | signalbox key --hash');
      return 1;
    }
    const found = { ...(made !== undefined && { key: made }), sha256: hashOfKey(text) };
    if (options['json'] === true) context.out(JSON.stringify(found));
    else for (const [name, value] of Object.entries(found)) context.out(`${name}: ${value}`);
    return 0;
  },
};
