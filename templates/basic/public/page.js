const messages = document.getElementById('messages');
const error = document.getElementById('error');
const form = document.querySelector('form');

sync.on('connection_established', () => tell('connected'));
sync.on('connection_lost', () => tell('connection lost; it comes back by itself'));
sync.on('error', ({ message }) => (error.textContent = message));

sync.subscribe('room/lobby', ({ text, from, at }) => {
  const time = document.createElement('time');
  time.className = 'quiet';
  time.textContent = new Date(at).toLocaleTimeString();
  const item = document.createElement('li');
  item.append(time, `${from}: ${text}`);
  messages.prepend(item);
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  error.textContent = '';
  sync.publish('room/lobby', { text: form.elements.text.value });
  form.reset();
});

function tell(state) {
  document.getElementById('state').textContent = state;
}
