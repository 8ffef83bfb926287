/** Marks the heading that is being read in the contents of the page. */
export function followReading() {
  const links = [...document.querySelectorAll('.contents a')];
  if (links.length === 0) return;
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let waiting = false;
  const mark = () => {
    waiting = false;
    const passed = headings.findLastIndex((heading) => heading.getBoundingClientRect().top < 120);
    for (const [i, link] of links.entries()) link.classList.toggle('read', i === passed);
  };
  addEventListener(
    'scroll',
    () => {
      if (!waiting) requestAnimationFrame(mark);
      waiting = true;
    },
    { passive: true },
  );
  mark();
}
