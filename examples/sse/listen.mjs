// Listens without a library, and goes on after a loss where it was: node examples/sse/listen.mjs URL CHANNEL
const [url = 'http://127.0.0.1:8080', channel = 'news/desk'] = process.argv.slice(2);
const stream = new URL(`/sse?channel=${encodeURIComponent(channel)}`, url);

let lastEventId = '';
let retry = 1000;

for (;;) {
  try {
    await listen();
  } catch (error) {
    console.error(`lost: ${error.message}`);
  }
  await new Promise((resolve) => setTimeout(resolve, retry));
}

async function listen() {
  const response = await fetch(stream, {
    headers: lastEventId === '' ? {} : { 'last-event-id': lastEventId },
  });
  if (!response.ok) {
    console.error(await response.text());
    process.exit(1);
  }
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const events = (text + chunk).split('\n\n');
    text = events.pop();
    for (const event of events) read(event);
  }
}

/** The server ends lines with LF alone. */
function read(event) {
  let name = 'message';
  const data = [];
  for (const line of event.split('\n')) {
    const [, field, value] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (field === 'id') lastEventId = value;
    if (field === 'retry') retry = Number(value);
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
  }
  if (data.length > 0) console.log(name, JSON.stringify(JSON.parse(data.join('\n'))));
}
