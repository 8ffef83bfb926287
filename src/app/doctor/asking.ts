import { NotExamined, type Patient } from './doctor-check.js';
import { type Answer, certificateOf, type GetOptions, get } from './probe.js';

/** The address of the running server. Throws `NotExamined` where there is none. */
export function urlOf({ url }: Patient): URL {
  if (url === undefined) throw new NotExamined('say --url with the address of the server');
  return url;
}

/** The channel for streams of the running server. Throws `NotExamined` where there is none. */
export function channelOf(patient: Patient): string {
  urlOf(patient);
  const { channel } = patient;
  if (channel === undefined)
    throw new NotExamined('say --channel with a channel that anyone may subscribe to');
  return channel;
}

/** What a back end is answered. Throws `NotExamined` where there is no key, or the server does not take it. */
export async function askAsBackend(
  patient: Patient,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  options: GetOptions = {},
): Promise<Answer> {
  const url = urlOf(patient);
  if (patient.key === undefined) throw new NotExamined('say --key, or set SIGNALBOX_API_KEY');
  const authorization = `Bearer ${patient.key}`;
  await checkTrust(url);
  const answer = await get(url, path, { ...headers, authorization }, options).catch(failure);
  if (answer.status === 401) throw new NotExamined('the server does not take the key: check --key');
  if (answer.status !== 200) throw new NotExamined(`${path} answers ${answer.status}`);
  return answer;
}

/** Throws `NotExamined` for a server that may be another one: whoever is between would have the key. */
async function checkTrust(url: URL): Promise<void> {
  if (url.protocol !== 'https:') return;
  const { fault } = await certificateOf(url).catch(failure);
  if (fault !== undefined)
    throw new NotExamined(`the certificate is not trusted (${fault}), and the key is not sent`);
}

/** The same as JSON. */
export async function readAsBackend<Value>(...asked: Parameters<typeof askAsBackend>): Promise<Value> {
  const { body } = await askAsBackend(...asked);
  try {
    return JSON.parse(body) as Value;
  } catch {
    throw new Error(`${asked[1]} answers what is no JSON: something else is there`);
  }
}

/** An error of the socket in short. */
export function failure(error: Error & { readonly code?: string }): never {
  throw new Error(`no answer: ${error.code ?? error.message}`);
}
