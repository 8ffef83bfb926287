/** `auth:`, whose values are secrets, and keys that sound like one, wherever someone puts them. */
const SECRET = /(?:(?:^|[\s{,])["']?auth|(?:secret|keys?|token|password|credential)s?)["']?\s*:/i;
/** Lines below `auth:` that may be shown. */
const HARMLESS =
  /^\s*["']?(?:anonymous|ticket_ttl(?:_max)?|ticket_once|session_ttl|keys|oro|lifetime|pool|queue)["']?\s*:\s*(?:\w+\s*)?(?:#.*)?$/;

const LOGIN = /:\/{1,2}[^\s@]*@/;
const SCHEME_END = '://';

/**
 * Says from which column on a line of a settings file must not be shown: the values of such keys, and of everything
 * that is indented below them. Works on text that is no valid YAML, too.
 */
export function secretColumns(text: string): (line: string, number: number) => number | undefined {
  const columns: (number | undefined)[] = [];
  let opened: number | undefined;
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    if (opened !== undefined && indent !== -1 && indent <= opened) opened = undefined;
    columns.push(opened === undefined ? (afterSecretKey(line) ?? afterLogin(line)) : afterKey(line));
    if (opened === undefined && SECRET.test(line)) opened = indent;
  }
  return (_line, number) => columns[number - 1];
}

/** Behind the first such key of a line, if something stands there. */
function afterSecretKey(line: string): number | undefined {
  const found = SECRET.exec(line);
  if (found === null) return undefined;
  const end = found.index + found[0].length;
  const gap = line.slice(end).search(/[^\s#]/);
  return gap === -1 ? undefined : end + gap;
}

/** From the login on that an address holds, as in `redis://user:password@host`. */
function afterLogin(line: string): number | undefined {
  const found = LOGIN.exec(line);
  return found === null ? undefined : found.index + SCHEME_END.length;
}

function afterKey(line: string): number | undefined {
  if (HARMLESS.test(line)) return undefined;
  return /^\s*[^\s:]+\s*:\s*/.exec(line)?.[0].length ?? Math.max(0, line.search(/\S/));
}
