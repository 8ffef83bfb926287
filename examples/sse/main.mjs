// A page with news, by EventSource alone: no script of signalbox is loaded. See README.md.
import { readFile } from 'node:fs/promises';
import { createServer as createPages } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createServer } from 'signalbox';

const [port = '8080', pagePort = '8000'] = process.argv.slice(2);
const template = await readFile(new URL('page.html', import.meta.url), 'utf8');

let page = '';
const pages = createPages((_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
});
await new Promise((resolve) => pages.listen(Number(pagePort), '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${pages.address().port}`;

const server = await createServer({
  config: fileURLToPath(new URL('signalbox.yml', import.meta.url)),
  flags: { 'listen.port': port, origins: origin },
});
page = template.replace('SERVER', server.url);
console.log(`news at ${origin}, publish to ${server.url}`);

process.once('SIGINT', stop).once('SIGTERM', stop);

async function stop() {
  pages.close();
  pages.closeAllConnections();
  await server.close();
}
