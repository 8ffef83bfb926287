// A page with the sales of a shop as they happen. What publishes them is PHP: see README.md.
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
console.log(`sales at ${origin}, publish to ${server.urls.find((url) => url.startsWith('stomp:'))}`);

process.once('SIGINT', stop).once('SIGTERM', stop);

async function stop() {
  pages.close();
  pages.closeAllConnections();
  await server.close();
}
