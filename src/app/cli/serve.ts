import type { Command } from 'commander';
import { formatFindings } from '../../config/index.js';
import type { DevBoard } from '../../core/dev-news.js';
import type { Logger } from '../../core/logger.js';
import type { ReloadReport } from '../../core/reload.js';
import type { Application } from '../application.js';
import type { Plan } from '../container.js';
import { logFindings } from '../finding-log.js';
import { createLogger, isForPeople } from '../logger.js';
import type { LoadPlan } from '../reloading.js';
import { ensureLocalSecrets, localKey } from '../secrets.js';
import { type RunningServer, startServer } from '../server.js';
import { describeAllSettings, describeApplication, openApplication } from './application-options.js';
import { describeReload } from './describe-reload.js';
import { ProcessLog } from './process-log.js';
import type { CliCommand, CliContext, ExitCode } from './program.js';

/** Runs the server until it is asked to stop, then lets everybody go. */
export const serve: CliCommand = {
  describe: (command) => describeServe(command.description('start the server')),
  run: (input) => runServer(input),
};

/** The options of what starts a server. */
export function describeServe(command: Command): Command {
  return describeAllSettings(
    describeApplication(command)
      .option('--host <host>', 'address to listen on')
      .option('--port <port>', 'port to listen on; 0 takes a free one'),
  );
}

export interface ServeInput {
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: CliContext;
  /** Where pages are told what becomes of changed files; without it nobody is. */
  readonly board?: DevBoard;
  /** Begins what goes on as long as the server does, and resolves to what ends it. */
  readonly started?: (server: RunningServer, application: Application) => Promise<() => Promise<void>>;
}

/** For `serve`, and for whoever does more while it runs. */
export async function runServer({ options, context, board, started }: ServeInput): Promise<ExitCode> {
  const application = await openApplication(options, context);
  const planned = await withSecrets(application);
  const logger = createLogger(planned.settings.log);
  const plan = { ...planned, board, logger };
  context.hear(new ProcessLog(logger));
  // Programs that read the log take JSON alone: for them all of it is there.
  const isShown = board !== undefined || isForPeople(plan.settings.log);
  const tell = isShown ? context.err : () => undefined;
  const load = async () => {
    const again = await openApplication(options, context);
    return { plan: await withSecrets(again), findings: again.findings };
  };
  if (!isShown) logFindings(logger, application.findings);
  else if (application.findings.length > 0)
    tell(formatFindings(application.findings, { color: context.color }));
  const server = await start(plan, load);
  warnOfOrigins(plan, logger);
  warnOfDevelopment(plan, logger);
  tellKey(application, plan, context);
  const end = await started?.(server, application);
  // Who reads the line may stop the server at once. All are written together: the first says that all are there.
  const stopped = context.stopped();
  context.hangUp(
    () => void server.reload().then((report) => tell(describeReload(withoutLogged(report, board), context))),
  );
  context.out(server.urls.map((url) => `signalbox ready ${url}`).join('\n'));
  await stopped;
  tell('signalbox stops: peers are told to come back; once more to stop at once');
  try {
    await end?.();
    await server.close();
    return 0;
  } catch (error) {
    logger.error({ event: 'stop_failed', error }, 'not all could be stopped in order');
    return 1;
  }
}

/** While an application is developed its findings are shown, and not written to the log. */
function withoutLogged(report: ReloadReport, board: DevBoard | undefined): ReloadReport {
  return board === undefined ? { ...report, findings: [] } : report;
}

/** Once the server runs: a key that it made for itself is of use only then. */
function tellKey({ settings }: Application, plan: Plan, context: CliContext): void {
  if (settings.auth.keys.size > 0) return;
  for (const { key } of plan.settings.auth.keys.values())
    context.out(`back-end key, made for this folder as SIGNALBOX_API_KEY is not set: ${key}`);
}

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '::1'];

/** What is convenient here is dangerous elsewhere. */
function warnOfDevelopment({ settings }: Plan, logger: Logger): void {
  if (!settings.development) return;
  logger.warn(
    { event: 'development_mode' },
    'development mode: refusals say how they came about, and whoever opens the page can be any user',
  );
}

/** A browser does not tell its page why a connection was refused, so the server tells whoever starts it. */
function warnOfOrigins({ settings: { listen, origins } }: Plan, logger: Logger): void {
  if (origins.length > 0 || LOOPBACK.includes(listen.host)) return;
  logger.warn(
    { event: 'origins_not_listed' },
    `pages of other addresses than ${listen.host} and localhost may not connect: list theirs in origins, as in origins: [https://app.example.com]`,
  );
}

/** Says what to do where the address cannot be listened to. */
async function start(plan: Plan, load: LoadPlan): Promise<RunningServer> {
  try {
    return await startServer(plan, load);
  } catch (error) {
    const { listen } = plan.settings;
    const { host } = listen;
    const { code, port = listen.port } = error as NodeJS.ErrnoException & { readonly port?: number };
    const flag = flagOf(port, listen);
    if (code === 'EADDRINUSE')
      throw new Error(`${host}:${port} is taken by another program: stop it, or choose another ${flag}`);
    if (code === 'EACCES')
      throw new Error(`this user may not listen on ${host}:${port}: choose a ${flag} of 1024 or more`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`${host} is no address of this machine: choose another --host, or 0.0.0.0 for all`);
    throw error;
  }
}

/** What chooses the port. */
function flagOf(port: number, listen: Plan['settings']['listen']): string {
  const { rawSocketPort, stompPort, xmlsocketPort, policyPort } = listen;
  const flags = {
    '--port': listen.port,
    '--raw-socket-port': rawSocketPort,
    '--stomp-port': stompPort,
    '--xmlsocket-port': xmlsocketPort,
    '--policy-port': policyPort,
  };
  return Object.entries(flags).find(([, chosen]) => chosen === port)?.[0] ?? '--port';
}

/**
 * A server that nobody gave a key or a secret makes its own, so that publishing and private channels work at once. Who
 * says how peers tell who they are has said enough.
 */
async function withSecrets(application: Application): Promise<Plan> {
  const plan = application.plan();
  const { auth } = plan.settings;
  const signs = auth.secret !== undefined || auth.publicKey !== undefined;
  if (auth.methods !== undefined || (auth.keys.size > 0 && signs)) return plan;
  const local = await ensureLocalSecrets(application.folder);
  const keys = auth.keys.size > 0 ? auth.keys : localKey(local);
  const secret = signs ? auth.secret : local.secret;
  const own = { ...plan.settings, auth: { ...auth, keys, secret } };
  return { ...plan, settings: own, written: plan.settings };
}
