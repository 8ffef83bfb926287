import type { Command } from 'commander';
import { type Application, type ApplicationOptions, loadApplication } from '../application.js';
import { readLocalSecrets } from '../secrets.js';
import type { CliContext } from './program.js';

type Options = Readonly<Record<string, unknown>>;

const FLAGS: Readonly<Record<string, string>> = {
  host: 'listen.host',
  port: 'listen.port',
  routing: 'routing',
  topics: 'topics.handlers',
};

/** The options by which a command finds the application. */
export function describeApplication(command: Command): Command {
  return command
    .option('-c, --config <file>', 'settings file (default: signalbox.yml, if there is one)')
    .option('--routing <path>', 'folder of routing files, or one file')
    .option('--topics <folder>', 'folder of topic handler classes');
}

/** Settings, routes and handlers as the options say. */
export function openApplication(options: Options, context: CliContext): Promise<Application> {
  return loadApplication(applicationOptions(options, context));
}

export function applicationOptions(options: Options, { env }: CliContext): ApplicationOptions {
  const flags = Object.entries(FLAGS).flatMap(([option, path]) =>
    typeof options[option] === 'string' ? [[path, options[option]]] : [],
  );
  return {
    env,
    flags: Object.fromEntries(flags),
    ...(typeof options['config'] === 'string' && { config: options['config'] }),
  };
}

/** The back-end key to use: the option, the environment, the settings, or the one the server made for this folder. */
export async function findKey(options: Options, context: CliContext): Promise<string | undefined> {
  if (typeof options['key'] === 'string') return options['key'];
  const configured = context.env['SIGNALBOX_API_KEY'];
  if (configured !== undefined) return configured;
  const { settings, folder } = await openApplication(options, context);
  return [...settings.auth.keys.values()][0] ?? (await readLocalSecrets(folder))?.apiKey;
}

/** The secret that signs tickets, found likewise. */
export async function findSecret(options: Options, context: CliContext): Promise<string | undefined> {
  const { settings, folder } = await openApplication(options, context);
  return settings.auth.secret ?? (await readLocalSecrets(folder))?.secret;
}

/** The address of the running server: the option, the environment, or what the settings listen to. */
export async function findUrl(options: Options, context: CliContext): Promise<string> {
  if (typeof options['url'] === 'string') return options['url'];
  const configured = context.env['SIGNALBOX_URL'];
  if (configured !== undefined) return configured;
  const { listen } = (await openApplication(options, context)).settings;
  return `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`;
}
