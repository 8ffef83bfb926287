import type { Sync, SyncError } from '../../client/node.js';
import { describeClient, errorInWords, openClient, readCount } from './client.js';
import type { CliCommand, ExitCode } from './program.js';

/** Calls a procedure and prints its result as one JSON line; a call that is interrupted is canceled. */
export const call: CliCommand = {
  describe: (command) =>
    describeClient(command.description('call a procedure and print its result as a JSON line'))
      .argument('<procedure>', 'such as signalbox.identity')
      .argument('[arguments...]', 'each of them JSON')
      .option('--kwargs <json>', 'arguments by name, as a JSON object')
      .option(
        '--timeout <ms>',
        'milliseconds to wait for the result, or from one part to the next',
        readCount,
      )
      .option('--progress', 'print a JSON line for each part of the result, too, before it'),
  async run({ args: [procedure = '', ...texts], options, context }) {
    const given = readArguments(texts, options['kwargs'] as string | undefined);
    if (typeof given === 'string') {
      context.err(`error: ${given}`);
      return 2;
    }
    const { sync, url } = await openClient(options, context);
    const stop = new AbortController();
    void context.stopped().then(() => stop.abort());
    // A call that was not answered says only that the connection is closed.
    let why: SyncError | undefined;
    sync.on('error', (error) => (why ??= error));
    const print = (value: unknown) => context.out(JSON.stringify(value));
    const answer = sync.call({
      procedure,
      ...given,
      timeout: options['timeout'] as number | undefined,
      signal: stop.signal,
      onProgress: options['progress'] === true ? print : undefined,
    });
    try {
      print(await Promise.race([answer, failureOf(sync, url)]));
      return 0;
    } catch (error) {
      const { code } = error as SyncError;
      context.err(
        `error: ${errorInWords(code === 'closed' && why !== undefined ? why : (error as SyncError))}`,
      );
      return 1 satisfies ExitCode;
    } finally {
      answer.catch(() => undefined); // refused by the end of the connection, which is told already
      sync.close();
    }
  },
};

/** Never resolves. Rejects with why there is no connection, since a command does not wait for the next attempt. */
function failureOf(sync: Sync, url: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    sync.on('error', reject);
    sync.on('connection_lost', ({ reason, delay }) => {
      if (delay !== undefined) reject({ message: `no connection to ${url}${reason && `: ${reason}`}` });
    });
  });
}

/** The arguments, or what is wrong with them. */
function readArguments(
  texts: readonly string[],
  named: string | undefined,
): { readonly args: readonly unknown[]; readonly kwargs?: Record<string, unknown> } | string {
  try {
    const args = texts.map((text): unknown => JSON.parse(text));
    if (named === undefined) return { args };
    const kwargs: unknown = JSON.parse(named);
    if (typeof kwargs !== 'object' || kwargs === null || Array.isArray(kwargs))
      return 'what follows --kwargs is not a JSON object';
    return { args, kwargs: kwargs as Record<string, unknown> };
  } catch (error) {
    return `an argument is not JSON: ${(error as Error).message}`;
  }
}
