import { announce, find } from './dom.js';
import { readDraft } from './publish.js';

const DEFAULT_ORIGINS = ['http://127.0.0.1:8080', 'http://localhost:8080'];
const { origin } = location;

/** Shows the commands for what the publish form says, and keeps them so. */
export function showCommands() {
  const form = find('publish-form');
  form.addEventListener('input', fill);
  fill();
  find('command-ticket').textContent = 'npx signalbox token --user 5 --org 7';
  for (const copier of document.querySelectorAll('button[data-copy]')) {
    copier.addEventListener('click', () => copy(copier));
  }
}

/** A draft that is not JSON leaves the commands as they were. */
function fill() {
  const read = readDraft();
  if (!read) return;
  const draft = { ...read, channel: read.channel || 'CHANNEL' };
  find('command-shell').textContent = shellCommand(draft);
  find('command-curl').textContent = curlCommand(draft);
  find('command-php').textContent = phpCode(draft);
}

/** The command that publishes a draft to this server. */
export function shellCommand({ channel, payload }) {
  const url = DEFAULT_ORIGINS.includes(origin) ? '' : ` --url ${origin}`;
  return `npx signalbox publish ${inShell(channel)} ${inShell(JSON.stringify(payload))}${url}`;
}

function curlCommand(draft) {
  return [
    `curl ${origin}/api/publish \\`,
    '  -H "Authorization: Bearer $SIGNALBOX_API_KEY" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d ${inShell(JSON.stringify(draft))}`,
  ].join('\n');
}

function phpCode({ channel, payload }) {
  return `<?php
$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => [
        'Content-Type: application/json',
        'Authorization: Bearer ' . getenv('SIGNALBOX_API_KEY'),
    ],
    'content' => json_encode([
        'channel' => ${inPhp(channel)},
        'payload' => ${inPhp(payload)},
    ]),
    'ignore_errors' => true, // so that a refusal can be read
]]);
echo file_get_contents('${origin}/api/publish', false, $context);`;
}

function inShell(text) {
  return /^[\w./:@%+-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function inPhp(value) {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inPhp).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, item]) => `${inPhp(key)} => ${inPhp(item)}`);
  return pairs.length === 0 ? 'new stdClass()' : `[${pairs.join(', ')}]`;
}

async function copy(copier) {
  const code = find(copier.dataset.copy);
  const copied = (await copyText(code.textContent)) || copySelected(code);
  copier.textContent = copied ? 'Copied' : 'Selected';
  announce(copied ? 'copied' : 'selected: copy it with your keyboard');
  setTimeout(() => {
    copier.textContent = 'Copy';
  }, 2000);
}

/** Pages that are neither https nor of this machine have no clipboard, and some refuse it. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copySelected(code) {
  getSelection().selectAllChildren(code);
  return document.execCommand('copy');
}
