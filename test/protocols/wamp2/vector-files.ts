import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A message in the bytes of every serializer, or one to accept or refuse. */
export interface Sample {
  readonly description: string;
  readonly serializers?: Readonly<Record<string, readonly { readonly bytes_hex: string }[]>>;
  readonly expected_attributes?: Attributes;
  readonly wmsg?: readonly unknown[];
  readonly expected_error?: { readonly type: string; readonly contains: string };
}

export interface Attributes {
  readonly message_type: number;
  readonly [name: string]: unknown;
}

/** The vectors of the specification, where they are at hand: beside the checkout, or in `SIGNALBOX_FIXTURES`. */
export const VECTORS = [process.env['SIGNALBOX_FIXTURES'], '../../../../shared/fixtures', '../../../fixtures']
  .filter((path) => path !== undefined)
  .map((path) => join(path.startsWith('/') ? path : join(import.meta.dirname, path), 'wamp-vectors'))
  .find((path) => existsSync(path));

if (VECTORS === undefined) {
  console.log(
    'skipped the vectors of WAMP v2: there is no wamp-vectors in ../shared/fixtures or SIGNALBOX_FIXTURES',
  );
}

/** All samples about single messages. */
export function readSamples(): readonly Sample[] {
  if (VECTORS === undefined) return [];
  const folder = join(VECTORS, 'singlemessage');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  return files
    .sort()
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).samples as Sample[]);
}
