import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { describeSettings, loadSettings, privateKeyOf, type Settings } from '../../config/index.js';
import {
  type Application,
  type ApplicationOptions,
  ConfigurationError,
  loadApplication,
} from '../application.js';
import type { CheckingKeys } from '../explain-credential.js';
import { signingKey } from '../identity.js';
import { readLocalSecrets } from '../secrets.js';
import type { CliContext } from './program.js';

type Options = Readonly<Record<string, unknown>>;

/** The option that says where the settings are. */
export function describeConfig(command: Command): Command {
  return command.option('-c, --config <file>', 'settings file (default: signalbox.yml, if there is one)');
}

/** The options by which a command finds the application. */
export function describeApplication(command: Command): Command {
  return describeConfig(command)
    .option('--routing <path>', 'folder of routing files, or one file')
    .option('--topics <folder>', 'folder of topic handler classes')
    .option('--strict', 'take warnings about routes for errors');
}

/** An option for each setting that may have one; those named already keep their shorter help. */
export function describeAllSettings(command: Command): Command {
  for (const { flag, help, default: preset } of describeSettings()) {
    if (flag === undefined || command.options.some(({ long }) => long === `--${flag}`)) continue;
    command.option(`--${flag} <value>`, `${help}${preset === '' ? '' : ` (default: ${preset})`}`);
  }
  return command;
}

/** For an option that may be given several times. */
export function repeated(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Settings, routes and handlers as the options say. */
export function openApplication(options: Options, context: CliContext): Promise<Application> {
  return loadApplication(applicationOptions(options, context));
}

function applicationOptions(options: Options, { env }: CliContext): ApplicationOptions {
  const flags = describeSettings().flatMap(({ path, flag = '' }) => {
    const value = options[flag.replaceAll(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase())];
    return typeof value === 'string' ? [[path, value]] : [];
  });
  return {
    env,
    flags: Object.fromEntries(flags),
    ...(typeof options['config'] === 'string' && { config: options['config'] }),
    ...(options['strict'] === true && { strict: true }),
  };
}

/**
 * The settings alone, for commands that talk to a running server: its secrets need not be here. Throws `ConfigurationError`
 * for all other errors, since what stands in for a setting may lead to another server.
 */
export async function readSettings(options: Options, context: CliContext): Promise<Settings> {
  const { config, env = {} } = applicationOptions(options, context);
  const { settings, findings } = await loadSettings({ env, file: config });
  const faults = findings.filter(({ severity, code }) => severity === 'error' && code !== 'missing-variable');
  if (faults.length > 0) throw new ConfigurationError(faults);
  return settings;
}

/** The back-end key to use: the option, the environment, the settings, or the one the server made for this folder. */
export async function findKey(options: Options, context: CliContext): Promise<string | undefined> {
  if (typeof options['key'] === 'string') return options['key'];
  const configured = context.env['SIGNALBOX_API_KEY'];
  if (configured !== undefined && configured !== '') return configured;
  const { auth, folder } = await readSettings(options, context);
  const known = [...auth.keys.values()].flatMap(({ key }) => key ?? []);
  return known[0] ?? (auth.keys.size > 0 ? undefined : (await readLocalSecrets(folder))?.apiKey);
}

/** What to say where `findKey` has found none. Who has hashes of keys in the settings gets none by starting the server. */
export async function noKey(options: Options, context: CliContext): Promise<string> {
  const { auth } = await readSettings(options, context);
  return auth.keys.size > 0
    ? 'no back-end key: of those in auth.keys there are hashes alone; give --key, or set SIGNALBOX_API_KEY'
    : 'no back-end key: give --key, set SIGNALBOX_API_KEY, or start the server once in this folder';
}

/**
 * What signs tickets: the private key that the option names, that of the settings or their secret, or the secret that
 * the server made for this folder.
 */
export async function findSigningKey(
  options: Options,
  context: CliContext,
): Promise<KeyObject | string | undefined> {
  if (typeof options['privateKey'] === 'string')
    return privateKeyOf(await readFile(options['privateKey'], 'utf8'));
  const { auth, folder } = await readSettings(options, context);
  const configured = signingKey(auth);
  return configured ?? (auth.publicKey === undefined ? (await readLocalSecrets(folder))?.secret : undefined);
}

/** What the server of this folder checks tickets with. */
export async function findCheckingKeys(options: Options, context: CliContext): Promise<CheckingKeys> {
  const { auth, folder } = await readSettings(options, context);
  const { secret, publicKey, jwt } = auth;
  if (secret !== undefined || publicKey !== undefined) return { secret, publicKey, jwt };
  return { secret: (await readLocalSecrets(folder))?.secret, publicKey, jwt };
}

/** The address of the running server: the option, the environment, or what the settings listen to. */
export async function findUrl(options: Options, context: CliContext): Promise<string> {
  const said = saidUrl(options, context);
  if (said !== undefined) return said;
  const { listen } = await readSettings(options, context);
  const scheme = listen.tls === undefined ? 'http' : 'https';
  return `${scheme}://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`;
}

/** The address that the option or the environment has, as of HTTP; undefined where neither has one. */
export function saidUrl(options: Options, { env }: CliContext): string | undefined {
  const { SIGNALBOX_URL: configured = '' } = env;
  const text = options['url'] ?? (configured === '' ? undefined : configured);
  if (typeof text !== 'string') return undefined;
  const address = text.replace(/^ws(?=s?:)/, 'http').replace(/\/+$/, '');
  if (/^https?:/.test(address) && URL.canParse(address)) return address;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no address: write http://127.0.0.1:8080, say`);
}
