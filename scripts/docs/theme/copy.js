const SHOWN_FOR = 1500;

/** A button at each block of code, where the browser lets a page write to the clipboard. */
export function offerCopies() {
  if (navigator.clipboard === undefined) return;
  for (const button of document.querySelectorAll('button.copy')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(textOf(button.parentElement.querySelector('code')));
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not allowed';
  }
  setTimeout(() => (button.textContent = 'Copy'), SHOWN_FOR);
}

/** Of a session in a terminal the commands, without prompts and without what they print. */
function textOf(code) {
  if (code.querySelector('.prompt') === null) return code.textContent;
  const commands = code.cloneNode(true);
  for (const other of commands.querySelectorAll('.prompt, .output')) other.remove();
  return `${commands.textContent.replaceAll(/\n{2,}/g, '\n').trim()}\n`;
}
