import { createContainer } from '../container.js';
import { openApi } from '../open-api.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';
import { writeOut } from './write-out.js';

/** Writes what the server has at `/api/openapi.json`. */
export const openapi: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('describe the HTTP API as an OpenAPI 3.1 document')).option(
      '--out <file>',
      'write the document into a file',
    ),
  async run({ options, context }) {
    const document = openApi(createContainer((await openApplication(options, context)).plan()));
    await writeOut(`${JSON.stringify(document, undefined, 2)}\n`, options['out'], context);
    return 0;
  },
};
