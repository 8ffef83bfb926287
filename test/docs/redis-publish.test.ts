import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLink } from '../../src/brokers/redis/create-link.js';
import { RedisBroker } from '../../src/brokers/redis/redis-broker.js';
import { PUBLISH } from '../../src/brokers/redis/scripts.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import type { Publication } from '../../src/core/publication.js';
import { RedisServer, redisInstalled } from '../support/redis-server.js';
import { until } from '../support/until.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/redis-publish/', import.meta.url));
const php = spawnSync('php', ['-v']).status === 0;
if (!php) console.log('skipped examples/redis-publish: there is no php here (apt-get install php-cli)');

describe('examples/redis-publish', () => {
  it('has the script that the nodes use', () => {
    expect(readFileSync(`${EXAMPLE}publish.lua`, 'utf8')).toBe(PUBLISH.source.trimStart());
  });

  it.skipIf(!php || !redisInstalled)('publishes to all nodes, with a history and without one', async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const link = createLink({ address: redis.url, prefix: 'sb', name: 'test', logger: NULL_LOGGER });
    const broker = new RedisBroker({
      link,
      meter: NULL_METER,
      logger: NULL_LOGGER,
      limits: { retained: 10 },
    });
    onTestFinished(() => link.close());
    onTestFinished(() => broker.close());
    const got: Publication[] = [];
    await broker.start({ deliver: (publication) => void got.push(publication), lost: () => undefined });
    await broker.subscribe('news');
    const begun = await broker.subscribe('kept', { size: 2, ttl: 60_000 });
    const run = async (...args: readonly string[]) => {
      const env = { ...process.env, REDIS_PORT: String(redis.port) };
      const { stdout } = await promisify(execFile)('php', [`${EXAMPLE}publish.php`, ...args], { env });
      return stdout.trim();
    };
    expect(await run('news', '{"title":"hällo"}')).toMatch(/^published \d+$/);
    for (const n of [1, 2, 3])
      expect(await run('kept', `{"n":${n}.0}`, '2', '60')).toMatch(
        new RegExp(`^published \\d+ ${begun?.epoch} ${n}$`),
      );
    await until(() => got.length === 4);
    expect(got.map(({ channel, payload }) => `${channel} ${payload.text}`)).toEqual([
      'news {"title":"hällo"}',
      'kept {"n":1.0}',
      'kept {"n":2.0}',
      'kept {"n":3.0}',
    ]);
    expect(got.at(-1)?.position).toMatchObject({ epoch: begun?.epoch, offset: 3 });
    const kept = await broker.history({ match: 'exact', channel: 'kept' });
    expect(kept.map(({ payload }) => payload.text)).toEqual(['{"n":2.0}', '{"n":3.0}']);
  });
});
