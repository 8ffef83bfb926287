import { z } from 'zod';
import { duration, durationOrZero } from './duration-kinds.js';
import { list, optionalText } from './setting-kinds.js';
import { faultOfAddress } from './web-address.js';

/** [RFC 6265 §4.1.1] */
export const COOKIE_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}$/;

/** Headers that are ours to set, or that belong to one connection. */
const OURS =
  /^(?:accept|cookie|host|connection|upgrade|te|trailer|keep-alive|expect|content-.*|transfer-encoding|proxy-.*|sec-.*|x-forwarded-for)$/;

const httpAuth = z.strictObject({
  url: optionalText(
    'text',
    'Address of your application that says who has the cookies and headers. Required.',
  ),
  cookies: list('list', [], {
    help: 'Cookies that are shown to it, by name; they count only beside an `Origin`.',
    holds: COOKIE_NAME,
  }),
  headers: list('list', [], {
    help: 'Headers that are shown to it, by name in lower case.',
    holds: /^[a-z0-9_-]{1,255}$/,
  }),
  timeout: duration('2s', 'How long it may take to answer.'),
  cache: durationOrZero(
    '10s',
    'How long an answer is used for the same cookies, headers and address; `0` for once.',
  ),
});

/** `auth.http`: an application that is asked, and what it is shown. */
export const httpAuthSchema = httpAuth.superRefine(({ url, cookies, headers }, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', path: [], message });
  const fault = url === undefined ? 'it needs the address to ask' : faultOfAddress(url, { secure: false });
  if (fault !== undefined) refuse(`url: ${fault}`);
  if (cookies.length + headers.length === 0)
    refuse('it needs cookies or headers that are shown to the application');
  for (const name of headers.filter((header) => OURS.test(header))) {
    refuse(`headers: ${name} cannot be shown to the application`);
  }
});
