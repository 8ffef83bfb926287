import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRecord } from '../../core/json-schema.js';
import { buildHandlers } from '../build-handlers.js';
import { createContainer, type Plan } from '../container.js';
import type { ContractSubject } from './asyncapi.js';
import { channelContracts } from './channel-contracts.js';

/** What a plan serves, under the name and version of the application's package.json. */
export async function contractSubject(plan: Plan, url?: URL | undefined): Promise<ContractSubject> {
  const { settings, routes } = plan;
  const { name, version } = await packageOf(settings.folder);
  const handlers = buildHandlers(createContainer(plan), plan);
  return {
    title: name ?? (basename(settings.folder) || 'signalbox'),
    version: version ?? '0.0.0',
    settings,
    channels: channelContracts(routes, handlers),
    url,
  };
}

async function packageOf(folder: string): Promise<{ name: string | undefined; version: string | undefined }> {
  const found: unknown = await readFile(join(folder, 'package.json'), 'utf8').then(
    JSON.parse,
    () => undefined,
  );
  const text = (key: string) => {
    const value = isRecord(found) ? found[key] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return { name: text('name'), version: text('version') };
}
