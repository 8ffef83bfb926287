import { symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PageFolder } from '../../src/app/page-folder.js';
import type { HttpReply } from '../../src/core/http.js';
import { testFolder } from '../support/folder.js';

const OUTSIDE = 'signalbox.yml';

function start() {
  const folder = testFolder({
    [OUTSIDE]: 'secret: 1\n',
    'secret.js': 'outside',
    'public/index.html': '<!doctype html>',
    'public/page.js': 'first',
    'public/a b/é.css': 'a {}',
    'public/deep/index.html': 'deep',
    'public/.env': 'SECRET=1',
    'public/.hidden/page.js': 'hidden',
    'public/handler.ts': 'source',
    'public/big.txt': 'x'.repeat(101),
  });
  symlinkSync('page.js', `${folder}/public/link.js`);
  symlinkSync('../secret.js', `${folder}/public/out.js`);
  symlinkSync('..', `${folder}/public/up`);
  return { folder, pages: new PageFolder(`${folder}/public`, 100) };
}

/** The path reaches the folder as it was sent: a URL resolves `..` by itself, and `%2e%2e` too. */
function get(
  pages: PageFolder,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpReply> {
  const url = { pathname: path } as URL;
  return pages.handle({ method: 'GET', url, headers, remoteAddress: '127.0.0.1', body: Buffer.alloc(0) });
}

describe('the folder of pages', () => {
  it.each([
    ['/', '<!doctype html>', 'text/html; charset=utf-8'],
    ['/deep/', 'deep', 'text/html; charset=utf-8'],
    ['/page.js', 'first', 'text/javascript; charset=utf-8'],
    ['/link.js', 'first', 'text/javascript; charset=utf-8'],
    ['/a%20b/%C3%A9.css', 'a {}', 'text/css; charset=utf-8'],
  ])('serves %s', async (path, content, type) => {
    const { status, headers, body } = await get(start().pages, path);
    expect([status, headers?.['content-type'], String(body)]).toEqual([200, type, content]);
  });

  it.each([
    '/../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/..%5csecret.js',
    '/deep/../../secret.js',
    '/./page.js',
    '//page.js',
    '/out.js',
    '/up/secret.js',
    '/.env',
    '/.hidden/page.js',
    '/handler.ts',
    '/page.js%00.html',
    '/%zz.html',
    '/deep',
    '/nothing.html',
    `/${'a/'.repeat(20)}page.js`,
    `/${'a'.repeat(5000)}.js`,
    '',
  ])('does not serve %s', async (path) => {
    await expect(get(start().pages, path)).rejects.toMatchObject({ code: 'no_such_route' });
  });

  it('refuses what is over limits.page', async () => {
    await expect(get(start().pages, '/big.txt')).rejects.toMatchObject({
      code: 'payload_too_large',
      message: '/big.txt is over limits.page of 100 bytes',
    });
  });

  it('says that a file has not changed, and serves one that has', async () => {
    const { folder, pages } = start();
    const { headers = {} } = await get(pages, '/page.js');
    const asked = { 'if-none-match': headers['etag'] ?? '' };
    expect(await get(pages, '/page.js', asked)).toMatchObject({ status: 304 });
    writeFileSync(`${folder}/public/page.js`, 'other');
    utimesSync(`${folder}/public/page.js`, 1, 1);
    const changed = await get(pages, '/page.js', asked);
    expect([changed.status, String(changed.body)]).toEqual([200, 'other']);
  });
});
