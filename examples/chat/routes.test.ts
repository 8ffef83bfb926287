import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadRouteTests } from 'signalbox/testing';

const config = fileURLToPath(new URL('signalbox.yml', import.meta.url));

for (const { name, run } of await loadRouteTests({ config })) test(name, run);
