/** Keys whose value is a secret, wherever someone puts them. */
const SECRET_KEY = /(?:secret|keys?|token|password|credential)["']?\s*:/i;
const HARMLESS = /^\s*["']?(?:anonymous|ticket_ttl|keys)["']?\s*:\s*[\w]*\s*(?:#.*)?$/;

/**
 * Says from which column on a line of a settings file must not be shown: the values below `auth:`, and of every key
 * that sounds like a secret. Works on text that is no valid YAML, too.
 */
export function secretColumns(text: string): (line: string, number: number) => number | undefined {
  const columns: (number | undefined)[] = [];
  let within = -1;
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    if (indent !== -1 && indent <= within) within = -1;
    columns.push(columnOf(line, within !== -1));
    if (within === -1 && opensSecrets(line)) within = indent;
  }
  return (_line, number) => columns[number - 1];
}

function opensSecrets(line: string): boolean {
  return /^\s*["']?auth["']?\s*:/.test(line) || SECRET_KEY.test(line);
}

function columnOf(line: string, within: boolean): number | undefined {
  const named =
    /^\s*["']?auth["']?\s*:\s*(?=[^\s#])/.exec(line) ??
    /^.*?(?:secret|keys?|token|password|credential)["']?\s*:\s*(?=[^\s#])/i.exec(line);
  if (within) {
    if (HARMLESS.test(line)) return undefined;
    const key = /^\s*[^\s:]+\s*:\s*/.exec(line);
    return key?.[0].length ?? Math.max(0, line.search(/\S/));
  }
  return named?.[0].length;
}
