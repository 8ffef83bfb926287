/**
 * For pages that are being developed: shows what is wrong with routes, settings and handlers as soon as they are saved, and loads the
 * page again when they are right, or when a page is another. `signalbox dev` alone serves it, and adds it to every page.
 */

const STYLE = {
  box: 'position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;margin:0;padding:1rem;z-index:2147483647;background:#1b1b1f;color:#f4f4f5;border-top:4px solid #e5484d;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap',
  close:
    'position:absolute;top:.5rem;right:.75rem;font:inherit;color:inherit;background:none;border:1px solid currentColor;padding:0 .5rem',
};

let box;

const events = new EventSource('/dev/events');
events.addEventListener('news', ({ data }) => {
  const { applied, text } = JSON.parse(data);
  if (applied) location.reload();
  else show(text);
});
events.addEventListener('pages', () => location.reload());

function show(text) {
  box?.remove();
  box = document.createElement('section');
  box.setAttribute('role', 'alert');
  box.setAttribute('aria-label', 'signalbox: what is wrong');
  box.style.cssText = STYLE.box;
  const close = document.createElement('button');
  close.textContent = 'close';
  close.style.cssText = STYLE.close;
  close.addEventListener('click', () => box.remove());
  const words = document.createElement('div');
  words.textContent = text;
  box.append(close, words);
  document.body.append(box);
}
