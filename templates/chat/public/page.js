const CHANNEL = 'chat/lobby';

const who = document.getElementById('who');
const say = document.getElementById('say');
const people = new Map();

sync.on('connection_established', () => show('state', 'connected'));
sync.on('connection_lost', () => show('state', 'connection lost; it comes back by itself'));
sync.on('error', ({ message }) => show('error', message));

who.addEventListener('submit', (event) => {
  event.preventDefault();
  const user = who.elements.user.value.trim();
  who.hidden = true;
  say.hidden = false;
  document.getElementById('messages').hidden = false;
  say.elements.text.focus();
  sync.configure({ ticket: () => ticketOf(user) });
  sync.subscribe(CHANNEL, tell);
  sync.subscribe(`signalbox.presence/${CHANNEL}`, count);
  sync.connect();
});

say.addEventListener('submit', (event) => {
  event.preventDefault();
  show('error', '');
  sync.publish(CHANNEL, { text: say.elements.text.value });
  say.reset();
});

/** The server makes it for anybody, in development. In earnest your application does, for who has logged in. */
async function ticketOf(user) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/dev/tickets', { method: 'POST', headers, body: JSON.stringify({ user }) });
  const { ticket, error } = await response.json();
  if (error) show('error', error.message);
  return ticket;
}

function tell({ user, text, at }) {
  const time = document.createElement('time');
  time.className = 'quiet';
  time.textContent = new Date(at).toLocaleTimeString();
  const author = document.createElement('strong');
  author.textContent = `${user}: `;
  const item = document.createElement('li');
  item.append(time, author, text);
  document.getElementById('messages').prepend(item);
}

function count({ type, members, user }) {
  if (type === 'members') {
    people.clear();
    for (const member of members) people.set(member.id, member);
  }
  if (type === 'join') people.set(user.id, user);
  if (type === 'leave') people.delete(user.id);
  show('people', `Here: ${[...people.keys()].join(', ')}`);
}

function show(id, text) {
  document.getElementById(id).textContent = text;
}
