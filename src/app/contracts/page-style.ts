/** How pages that we write look, light and dark. */
export const PAGE_STYLE = `
:root { --page: #fff; --text: #1c2321; --muted: #55605c; --line: #d5dcd9; --soft: #f3f6f5; --accent: #0d5a3b; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121715; --text: #e4ebe8; --muted: #a2afaa; --line: #2f3a36; --soft: #1a211e; --accent: #6fd3a4; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 1.5rem; max-width: 76rem; color: var(--text); background: var(--page);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
header p { max-width: 48rem; color: var(--muted); }
h1 { margin: 0; font-size: 1.75rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); padding-bottom: 0.25rem; }
h3 { margin: 0 0 0.5rem; font-size: 1.125rem; overflow-wrap: anywhere; }
h4 { margin: 1.25rem 0 0; }
a { color: var(--accent); }
code, pre { font: 0.875em/1.5 ui-monospace, monospace; }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; columns: 18rem; }
nav li { break-inside: avoid; overflow-wrap: anywhere; padding: 0.25rem 0; font: 0.875rem ui-monospace, monospace; }
section { padding: 1.5rem 0; border-bottom: 1px solid var(--line); scroll-margin-top: 1rem; }
section > p { color: var(--muted); }
.scroll { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.375rem 1rem 0.375rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td, th { overflow-wrap: break-word; }
td:last-child { min-width: 10rem; }
.trait { display: inline-block; max-width: 100%; padding: 0 0.5rem; border-radius: 0.5rem; background: var(--soft); color: var(--text); font-size: 0.875rem; }
summary { cursor: pointer; color: var(--accent); padding: 0.25rem 0; }
pre { overflow: auto; max-height: 30rem; padding: 1rem; border-radius: 0.5rem; background: var(--soft); }
`;
