/** Seconds of processor time that the server has used, as its metrics say; undefined where it does not tell. */
export async function serverCpu(url: string, key: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/metrics`, { headers }).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const [, value] = /^process_cpu_seconds_total (\S+)$/m.exec(await response.text()) ?? [];
  return value === undefined ? undefined : Number(value);
}
