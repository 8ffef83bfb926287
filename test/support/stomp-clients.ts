import { spawnSync } from 'node:child_process';

export const CLIENTS = new URL('../e2e/clients/', import.meta.url).pathname;

/** Debian's Python: its packages are for that one. */
export const DEBIAN_PYTHON = '/usr/bin/python3';

/** Clients of STOMP as Debian has them: how to find out whether each is here, and how to get it. */
const PROBES = {
  php: ['php', ['-r', 'exit(class_exists("Stomp") ? 0 : 1);'], 'apt-get install php-cli php-stomp'],
  ruby: ['ruby', ['-e', 'require "stomp"'], 'apt-get install ruby-stomp'],
  python: [DEBIAN_PYTHON, ['-c', 'import stomp'], 'apt-get install python3-stomp'],
  perl: ['perl', ['-MNet::Stomp', '-e', '1'], 'apt-get install libnet-stomp-perl'],
  telnet: ['telnet', ['--version'], 'apt-get install telnet'],
} as const;

/** Which of them are here; says once which are not. */
export const stompClients = Object.fromEntries(
  Object.entries(PROBES).map(([name, [program, args, remedy]]) => {
    const found = spawnSync(program, args).status === 0;
    if (!found) console.log(`skipped what needs STOMP for ${name}, which is not here: ${remedy}`);
    return [name, found];
  }),
) as Readonly<Record<keyof typeof PROBES, boolean>>;
