/**
 * Tries to make one match expensive: every route below that the routing loader accepts, against channels made to
 * lead it into the longest search. Prints, as JSON, the worst cost in milliseconds of each.
 */
import { acceptedRoutes } from './accepted.mjs';
import { makeRoute } from './tables.mjs';

const { RouteTable } = await import(new URL('../../dist/src/router/index.js', import.meta.url));

const BYTES = 255;
const PASSES = 3;

/** Requirements as they are written, among them what catastrophes are made of. */
const REQUIREMENTS = [
  ...['\\d+', '\\w+', '[a-z]+', '[a-z0-9-]+', '[A-Za-z0-9_.-]+', '[^/]+', '.+', '.*', '\\S+', '\\d{1,9}'],
  ...[
    'de|en|fr',
    '\\d+|all',
    '[a-z]{2}(?:_[A-Z]{2})?',
    '\\p{L}+',
    '.{1,100}',
    '[a-z]*[0-9]*',
    '(?!admin)\\w+',
  ],
  ...['[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '\\d+(?:\\.\\d+)*', '[\\w.]+@[\\w.]+'],
  ...[
    '[a-z]+(?:-[a-z]+)*',
    '(?:[a-z]+-)*[a-z]+',
    '(?:[^/]+/)*[^/]+',
    '(?:ab|a)+b?',
    '(?:\\d{1,3}\\.){3}\\d{1,3}',
  ],
  ...['(a|aa)+', '(\\w+)+x', '([a-z]+)*[0-9]', '(x+x+)+y', '(?:a?){30}a{30}', '(a*)*', '(.*)*', '(\\d+)+'],
  ...[
    '\\w*\\w*\\w*\\w*\\d',
    '.*a.*b.*c',
    '.*.*.*',
    '\\d*\\d*\\d*x',
    '[a-z]*[a-z0-9]*[a-z_]*-',
    '(?=\\w+)\\w+\\d',
  ],
  ...[
    '(a+)+',
    '(?:a|a)*',
    '(\\w+\\s?)*',
    '(\\w+-?)+',
    '([^-]+-?)*',
    '\\w+\\w+\\w+\\w+',
    '(?:[a-z]|[a-m]+)+z',
  ],
];

/** Several parameters together can be worse than each: `spans` lets them hold slashes. */
const PATTERNS = [
  ...['{a}-{b}-{c}', '{a}.{b}', '{a}{b}', '{a}_{b}_{c}_{d}', 'x{a}x{b}x'],
  ...['{a}/{b}', '{a}/{b}/{c}', '{a}/{b}/{c}/{d}', '{a}/x/{b}/x/{c}', '{a}/{b}/{c}/{d}/{e}/{f}'],
];
const INNER = ['\\d+', '\\w+', '[a-z0-9-]+', '[\\w.]+', '[^/]+', '.+', '.*', '[a-z_./-]+', '\\S+'];

function candidates() {
  const single = REQUIREMENTS.map((a) => ['h/{a}', { a }]);
  const several = PATTERNS.flatMap((pattern) => {
    const names = [...pattern.matchAll(/\{(\w)\}/g)].map(([, name]) => name);
    return [
      [`h/${pattern}`, {}],
      ...INNER.map((text) => [`h/${pattern}`, Object.fromEntries(names.map((name) => [name, text]))]),
    ];
  });
  return [...single, ...several].map(([pattern, requirements], i) =>
    makeRoute(`r${i}`, pattern, requirements),
  );
}

const PUMPS = [
  'a',
  '0',
  'A',
  '_',
  '-',
  '.',
  '/',
  'x',
  '@',
  'é',
  '*',
  'f',
  ' ',
  'a/',
  'ab',
  'aa-',
  'a-',
  'a0',
].concat(['a@a.', '0.', 'a.', '-a', '-/', 'x/', '/x/', 'abc', '1-a_', './', '00000000-', 'a a ']);
const ENDS = ['', '!', 'é', '/', '-', 'x', 'xé', '-!', '/!'];

/** Channels of the greatest length: something repeated, and an end that may spoil the match. */
function attacks() {
  return PUMPS.flatMap((pump) =>
    ENDS.map((end) => {
      const room = BYTES - Buffer.byteLength(`h/${end}`);
      return `h/${pump.repeat(Math.floor(room / Buffer.byteLength(pump)))}${end}`;
    }),
  );
}

/** Milliseconds of the costliest channel: the best of some passes for each, as a pause of ours is not its fault. */
function worst(route, channels) {
  const table = new RouteTable([route], { cache: 0 });
  const best = channels.map(() => Infinity);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [i, channel] of channels.entries()) {
      const start = process.hrtime.bigint();
      table.match(channel);
      best[i] = Math.min(best[i], Number(process.hrtime.bigint() - start) / 1e6);
    }
  }
  const milliseconds = Math.max(...best);
  return { milliseconds, channel: channels[best.indexOf(milliseconds)] };
}

const all = candidates();
const accepted = await acceptedRoutes(all);
const channels = attacks();
const found = accepted.map((route) => ({
  pattern: route.pattern,
  requirements: Object.fromEntries(
    Object.entries(route.requirements).map(([name, { pattern }]) => [name, pattern]),
  ),
  ...worst(route, channels),
}));
found.sort((a, b) => b.milliseconds - a.milliseconds);
console.log(
  JSON.stringify({ tried: all.length, accepted: accepted.length, channels: channels.length, found }),
);
