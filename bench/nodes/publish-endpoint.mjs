/** `POST /publish` with `{channel, payload}`, as a back end would be given it; answers when it was handed on. */
export function answersPublish(publish) {
  return (request, response) => {
    if (request.method !== 'POST' || request.url !== '/publish') return;
    let text = '';
    request.setEncoding('utf8').on('data', (part) => (text += part));
    request.on('end', async () => {
      const { channel, payload } = JSON.parse(text);
      await publish(channel, payload);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  };
}
