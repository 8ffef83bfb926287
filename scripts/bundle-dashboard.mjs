/** Bundles the page of /admin into `--out` and fails if it has more than `--limit` bytes gzipped. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/admin' },
    limit: { type: 'string', default: '60000' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(root, values.out);
const limit = Number(values.limit);

mkdirSync(out, { recursive: true });
copyFileSync(join(root, 'src/dashboard/index.html'), join(out, 'index.html'));
await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'src/dashboard/main.tsx', out: 'app' },
    { in: 'src/dashboard/app.css', out: 'app' },
  ],
  outdir: out,
  format: 'esm',
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
  tsconfig: join(root, 'src/dashboard/tsconfig.json'),
});

/** Their licences want to be where their code is. */
const licences = ['preact', 'uplot'].map((name) => {
  return `${name}\n\n${readFileSync(join(root, `node_modules/${name}/LICENSE`), 'utf8')}`;
});
writeFileSync(join(out, 'licences.txt'), licences.join('\n\n'));

const size = ['index.html', 'app.js', 'app.css']
  .map((name) => gzipSync(readFileSync(join(out, name)), { level: 9 }).length)
  .reduce((sum, length) => sum + length);
console.log(`${values.out} ${size} bytes gzipped (limit ${limit})`);
if (size > limit) {
  console.error(`${values.out} is ${size - limit} bytes over its limit: take something out of src/dashboard`);
  process.exitCode = 1;
}
