/** Colours code at build time. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import http from 'highlight.js/lib/languages/http';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import lua from 'highlight.js/lib/languages/lua';
import nginx from 'highlight.js/lib/languages/nginx';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

const LANGUAGES = {
  ...{ bash, css, http, ini, javascript, json, lua, nginx, php, python, ruby, sql, typescript, xml, yaml },
  actionscript: typescript,
};
const PROMPT = /^(\$ )?(.*)$/;

for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** HTML of a piece of code; of a language that is not known, or of none, the escaped text. */
export function highlight(code, language) {
  if (language === 'console') return consoleOf(code);
  if (hljs.getLanguage(language) === undefined) return escapeHtml(code);
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

export function escapeHtml(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Commands are told from what they print by their prompt; a block without one is commands alone. */
function consoleOf(code) {
  if (!/^\$ /m.test(code)) return hljs.highlight(code, { language: 'bash' }).value;
  let goesOn = false;
  const lines = code.split('\n').map((line) => {
    const [, prompt = '', text] = PROMPT.exec(line);
    const isCommand = prompt !== '' || goesOn;
    goesOn = isCommand && text.endsWith('\\');
    if (!isCommand) return `<span class="output">${escapeHtml(text)}</span>`;
    const command = hljs.highlight(text, { language: 'bash' }).value;
    return prompt === '' ? command : `<span class="prompt">${prompt}</span>${command}`;
  });
  return lines.join('\n');
}
