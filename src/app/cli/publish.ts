import { createPublisher, PublishError } from '../../client/node.js';
import { describeConfig, findKey, findUrl, noKey, repeated } from './application-options.js';
import type { CliCommand, CliContext } from './program.js';

/** Publishes one message over HTTP and prints what became of it. */
export const publish: CliCommand = {
  describe: (command) =>
    describeConfig(command.description('publish a message to a running server'))
      .argument('[channel]', 'such as oro/email_event/5/7; or use --route and --param')
      .argument('[payload]', 'JSON; null if left out')
      .option('--route <name>', 'the route, with its parameters, in place of the channel')
      .option('--param <name=value>', 'parameter of the route; may be repeated', repeated)
      .option('--exclude <session>', 'session that does not receive it; may be repeated', repeated)
      .option('--eligible <session>', 'receives it, and others do not; may be repeated', repeated)
      .option('--idempotency-key <key>', 'publishes once, however often it is sent')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key (SIGNALBOX_API_KEY)'),
  async run({ args, options, context }) {
    const route = options['route'] as string | undefined;
    const [channel, text] = route === undefined ? args : [undefined, args[0]];
    if (route === undefined && channel === undefined)
      return misused(context, 'name a channel, or a route by --route');
    const wrong = (options['param'] as string[] | undefined)?.find((pair) => !/^[^=]+=/.test(pair));
    if (wrong !== undefined)
      return misused(context, `--param ${wrong} has no value: write --param name=value`);
    const payload = readPayload(text ?? 'null');
    if (payload instanceof Error) return misused(context, `the payload is not JSON: ${payload.message}`);
    const key = await findKey(options, context);
    if (key === undefined) return failed(context, await noKey(options, context));
    const publisher = createPublisher({ url: await findUrl(options, context), key });
    const target = route === undefined ? (channel ?? '') : { route, params: readParams(options['param']) };
    try {
      context.out(JSON.stringify(await publisher.publish(target, payload.value, publishOptions(options))));
      return 0;
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      return failed(
        context,
        `${error.code}: ${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`,
      );
    }
  },
};

function publishOptions(options: Readonly<Record<string, unknown>>) {
  const { exclude, eligible, idempotencyKey } = options as {
    exclude?: string[];
    eligible?: string[];
    idempotencyKey?: string;
  };
  return {
    ...(exclude && { exclude }),
    ...(eligible && { eligible }),
    ...(idempotencyKey && { idempotencyKey }),
  };
}

function readPayload(text: string): { readonly value: unknown } | Error {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return error as Error;
  }
}

function readParams(given: unknown): Record<string, string> {
  const pairs = (given as string[] | undefined) ?? [];
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));
}

function misused(context: CliContext, message: string): 2 {
  context.err(`error: ${message}`);
  return 2;
}

function failed(context: CliContext, message: string): 1 {
  context.err(`error: ${message}`);
  return 1;
}
