import { setTimeout as sleep } from 'node:timers/promises';
import { boundedText } from '../bounded-text.js';

/** Times that a server which is overloaded is asked, and milliseconds between them. */
const ATTEMPTS = 4;
const PAUSE = 500;

/** Seconds of processor time that the server has used, as its metrics say; undefined where it does not tell. */
export async function serverCpu(url: string, key: string): Promise<number | undefined> {
  for (let attempt = 1; ; attempt++) {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${url}/metrics`, { headers, redirect: 'manual' }).catch(() => undefined);
    if (response?.ok === true) return figureOf(await boundedText(response));
    const isBusy = response === undefined || response.status === 503;
    if (!isBusy || attempt === ATTEMPTS) return undefined;
    await sleep(PAUSE);
  }
}

function figureOf(text: string): number | undefined {
  const [, value] = /^process_cpu_seconds_total (\S+)$/m.exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}
