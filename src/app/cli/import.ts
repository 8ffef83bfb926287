import { writeFile } from 'node:fs/promises';
import { Argument, InvalidArgumentError } from 'commander';
import { type ActiveMqImport, formatFindings, importActiveMq, isRole } from '../../config/index.js';
import type { CliCommand, CliContext } from './program.js';

type Roles = ReadonlyMap<string, readonly string[]>;

/** What can be imported, by where it is from. */
const SOURCES: Readonly<Record<string, (path: string, roles: Roles) => Promise<ActiveMqImport>>> = {
  activemq: importActiveMq,
};

/** Writes a routing file from the configuration of another server. */
export const importRouting: CliCommand = {
  describe: (command) =>
    command
      .description('make a routing file of the access rules of another server; exit 1 with findings')
      .addArgument(new Argument('<from>', 'the other server').choices(Object.keys(SOURCES)))
      .argument('<file>', 'activemq: an XML file with an authorizationMap, such as activemq.xml')
      .option('--out <file>', 'write the routing file there instead of printing it')
      .option('--force', 'overwrite it')
      .option('--role <old=new>', 'take a role for another role or rule; may be repeated', readRole)
      .option('--json', 'print routes and notes as JSON'),
  async run({ args: [from = '', file = ''], options, context }) {
    const roles = (options['role'] as Roles | undefined) ?? new Map();
    const made = await SOURCES[from]?.(file, roles);
    if (made === undefined) return 2;
    const { findings, notes } = made;
    const json = options['json'] === true;
    if (!json) for (const note of notes) context.err(format(note));
    if (findings.length > 0) {
      if (json) context.out(JSON.stringify({ routes: [], notes, findings }, undefined, 2));
      else context.err(formatFindings(findings, { color: context.color }));
      return 1;
    }
    const out = typeof options['out'] === 'string' ? options['out'] : undefined;
    if (out !== undefined) await write(out, made.text, options['force'] === true);
    print(made, { out, json, context });
    return 0;
  },
};

function print(
  { routes, notes, text }: ActiveMqImport,
  { out, json, context }: { out: string | undefined; json: boolean; context: CliContext },
): void {
  if (json) context.out(JSON.stringify({ routes, notes }, undefined, 2));
  else if (out === undefined) context.out(text.trimEnd());
  else context.err(`${routes.length} ${routes.length === 1 ? 'route' : 'routes'} written to ${out}`);
}

function format({ file, line, text }: ActiveMqImport['notes'][number]): string {
  return `${file}${line === undefined ? '' : `:${line}`}  note ${text}`;
}

async function write(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    throw new Error(`${path} exists already: choose another name, or add --force`);
  }
}

/** `OLD=NEW`; given twice for one role, both hold. */
function readRole(text: string, earlier: Roles = new Map()): Roles {
  const at = text.lastIndexOf('=');
  const [role, rule] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 0 || role === '' || !isRole(rule) || rule === 'owner')
    throw new InvalidArgumentError(
      'write OLD=NEW, as in guests=anyone; NEW is a role, or user, backend or anyone.',
    );
  return new Map([...earlier, [role, [...(earlier.get(role) ?? []), rule]]]);
}
