/** Runs before anything is drawn: the colours that the reader chose, and the sign that scripts run. */
const root = document.documentElement;
root.classList.add('scripted');
try {
  const chosen = localStorage.getItem('theme');
  if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing follows the system.
}
