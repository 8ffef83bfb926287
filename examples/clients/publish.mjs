// SIGNALBOX_API_KEY=... node publish.mjs http://127.0.0.1:8080
const [url = 'http://127.0.0.1:8080'] = process.argv.slice(2);

const response = await fetch(`${url}/api/publish`, {
  method: 'POST',
  headers: { authorization: `Bearer ${process.env.SIGNALBOX_API_KEY}`, 'content-type': 'application/json' },
  body: JSON.stringify({ channel: 'demo/lobby', payload: { text: 'hello from fetch' } }),
});
const { error } = await response.json();
if (error) throw new Error(`${error.code}: ${error.message} (${error.hint})`);
