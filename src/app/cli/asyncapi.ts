import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { asyncApiDocument } from '../contracts/asyncapi.js';
import { asyncApiPage } from '../contracts/asyncapi-page.js';
import { contractSubject } from '../contracts/subject.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';
import { writeOut } from './write-out.js';

/** Writes what the routes offer as an AsyncAPI document, and as a page to read. */
export const asyncapi: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('describe the channels as an AsyncAPI 3.0 document'))
      .option('--out <file>', 'write the document into a file')
      .option('--html <folder>', 'write a page to read into index.html of a folder')
      .option('--url <url>', 'the address by which clients come (default: what listen: says)', readUrl),
  async run({ options, context }) {
    const plan = (await openApplication(options, context)).plan();
    const document = asyncApiDocument(await contractSubject(plan, options['url'] as URL | undefined));
    const { html, out } = options;
    if (typeof html === 'string') await writeOut(asyncApiPage(document), join(html, 'index.html'), context);
    if (typeof html !== 'string' || out !== undefined) {
      await writeOut(`${JSON.stringify(document, undefined, 2)}\n`, out, context);
    }
    return 0;
  },
};

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new InvalidArgumentError('it is no address such as https://live.example.com.');
}
