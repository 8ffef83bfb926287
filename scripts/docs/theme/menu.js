/** The list of pages on a narrow screen, where it lies behind a button. */
export function openMenu() {
  const button = document.querySelector('button.menu');
  const pages = document.querySelector('#pages');
  const show = (open) => {
    pages.classList.toggle('open', open);
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => show(!pages.classList.contains('open')));
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !pages.classList.contains('open')) return;
    show(false);
    button.focus();
  });
  const current = pages.querySelector('[aria-current]');
  if (current && current.offsetTop > pages.clientHeight - 80)
    pages.scrollTop = current.offsetTop - pages.clientHeight / 2;
}
