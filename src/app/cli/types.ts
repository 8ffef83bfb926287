import { clientTypes } from '../contracts/client-types.js';
import { contractSubject } from '../contracts/subject.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';
import { writeOut } from './write-out.js';

/** Writes the types of the client as the routes have it. */
export const types: CliCommand = {
  describe: (command) =>
    describeApplication(
      command.description('write TypeScript declarations of the client, with the channels of the routes'),
    ).option('--out <file>', 'write them into a file, such as sync.d.ts beside sync.js'),
  async run({ options, context }) {
    const { channels } = await contractSubject((await openApplication(options, context)).plan());
    await writeOut(clientTypes(channels), options['out'], context);
    return 0;
  },
};
