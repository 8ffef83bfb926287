/** The HTML around a page. */
import { createHash } from 'node:crypto';
import { escapeHtml } from './highlight.mjs';

/** Nothing but what lies beside the page is loaded, and nothing is sent. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function pageHtml(page, { pages, html, version }) {
  const isHome = page.file === 'index.html';
  return `<!doctype html>
<html lang="en">
<head>
${head(isHome ? 'signalbox' : `${page.title} · signalbox`, page.summary)}
<link rel="stylesheet" href="site.css">
<link rel="icon" href="icon.svg" type="image/svg+xml">
<script src="theme.js"></script>
<script src="site.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
${header(version)}
<div class="frame">
${sidebar(page, pages)}
<main id="content" tabindex="-1">
<article>
${html}</article>
${neighbours(page, pages)}
</main>
${contents(page)}
</div>
${SEARCH}
</body>
</html>
`;
}

/** A host shows it at any address, so it needs nothing beside it but the way to the first page. */
export function notFoundHtml(base) {
  const style = [
    'html{color-scheme:light dark;background:light-dark(#fdfdfc,#101413);color:light-dark(#1b211e,#dde4e0)}',
    'body{font:1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1.25rem}',
    'a{color:light-dark(#12704a,#5cc896)}',
  ].join('');
  const hash = createHash('sha256').update(style).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
${head('Not found · signalbox', '', `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`)}
<style>${style}</style>
</head>
<body>
<main>
<h1>There is no such page</h1>
<p>It may have another name by now. <a href="${escapeHtml(base)}index.html">The first page</a> lists all of them.</p>
</main>
</body>
</html>
`;
}

function head(title, description, policy = POLICY) {
  return `<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<meta name="description" content="${escapeHtml(description)}">`;
}

function header(version) {
  return `<header class="top">
<button type="button" class="icon menu" aria-label="Pages" aria-expanded="false" aria-controls="pages">☰</button>
<a class="brand" href="index.html"><img src="icon.svg" alt="" width="22" height="22">signalbox</a>
<span class="version">${escapeHtml(version)}</span>
<button type="button" class="find" aria-haspopup="dialog">Search <kbd>/</kbd></button>
<button type="button" class="icon theme" aria-label="Dark colours" aria-pressed="false">◐</button>
</header>`;
}

function sidebar(page, pages) {
  const groups = [...new Set(pages.map(({ section }) => section))].map((section) => {
    const links = pages
      .filter((other) => other.section === section)
      .map((other) => {
        const current = other === page ? ' aria-current="page"' : '';
        return `<li><a href="${other.file}"${current}>${escapeHtml(nameOf(other))}</a></li>`;
      });
    return `<h2>${section}</h2>\n<ul>\n${links.join('\n')}\n</ul>`;
  });
  return `<nav id="pages" class="pages" aria-label="Pages">\n${groups.join('\n')}\n</nav>`;
}

/** The first page is the README, whose title is the name of the project. */
function nameOf({ file, title }) {
  return file === 'index.html' ? 'Overview' : title;
}

function contents({ headings }) {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 2) return '<div class="contents"></div>';
  const links = shown.map(
    ({ id, text, level }) => `<li class="level-${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page">\n<h2>On this page</h2>\n<ul>\n${links.join('\n')}\n</ul>\n</nav>`;
}

function neighbours(page, pages) {
  const at = pages.indexOf(page);
  const link = (other, rel, word) =>
    other === undefined
      ? '<span></span>'
      : `<a rel="${rel}" href="${other.file}"><small>${word}</small> ${escapeHtml(nameOf(other))}</a>`;
  return `<nav class="neighbours" aria-label="Neighbouring pages">
${link(pages[at - 1], 'prev', 'Previous')}
${link(pages[at + 1], 'next', 'Next')}
</nav>`;
}

const SEARCH = `<dialog class="search" aria-label="Search">
<input type="text" enterkeyhint="search" role="combobox" aria-label="Search these pages" aria-expanded="false" aria-controls="results" aria-autocomplete="list" autocomplete="off" spellcheck="false" placeholder="Search these pages">
<div id="results" role="listbox" aria-label="Results"></div>
<p class="hint" role="status">Words, settings or error codes. <kbd>↑</kbd> <kbd>↓</kbd> to choose, <kbd>Enter</kbd> to open.</p>
</dialog>`;
