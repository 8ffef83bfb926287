const user = new URLSearchParams(location.search).get('user') || '5';
const channel = `notifications/${user}`;

show('user', user);
show('command', `npx signalbox publish ${channel} '{"title": "hello"}'`);

sync.on('connection_established', () => show('state', 'connected'));
sync.on('connection_lost', () => show('state', 'connection lost; it comes back by itself'));
sync.on('error', ({ message }) => show('error', message));

sync.configure({ ticket });
sync.subscribe(channel, ({ title, body = '' }) => {
  const heading = document.createElement('strong');
  heading.textContent = title;
  const item = document.createElement('li');
  item.append(heading, ` ${body}`);
  document.getElementById('messages').prepend(item);
});
sync.connect();

/** The server makes it for anybody, in development. In earnest your application does, for who has logged in. */
async function ticket() {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/dev/tickets', { method: 'POST', headers, body: JSON.stringify({ user }) });
  const { ticket, error } = await response.json();
  if (error) show('error', error.message);
  return ticket;
}

function show(id, text) {
  document.getElementById(id).textContent = text;
}
