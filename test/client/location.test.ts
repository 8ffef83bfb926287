import { afterEach, describe, expect, it, vi } from 'vitest';
import { optionsOf, urlBeside } from '../../src/client/location.js';

afterEach(() => vi.unstubAllGlobals());

describe('the default url', () => {
  it.each([
    ['http://live.example:8080/sync.js', 'ws://live.example:8080/ws'],
    ['https://live.example/deep/sync.mjs?v=1', 'wss://live.example/ws'],
    ['file:///app/node_modules/signalbox/sync.mjs', undefined],
    [undefined, undefined],
  ])('beside the script %s is %s', (script, url) => {
    expect(urlBeside(script)).toBe(url);
  });

  it('is beside the page when the script is in no place of the web', () => {
    vi.stubGlobal('location', { href: 'https://page.example/a/b?c' });
    expect(urlBeside('file:///sync.mjs')).toBe('wss://page.example/ws');
    expect(urlBeside('http://live.example/sync.js')).toBe('ws://live.example/ws');
  });
});

it('the attributes of a script tag are options', () => {
  const dataset = {
    url: '/live',
    protocol: 'wamp',
    realm: 'other',
    ticket: 't',
    ticketUrl: '/sync/ticket',
    autoConnect: 'false',
  };
  expect(optionsOf({ dataset })).toEqual({
    url: '/live',
    protocol: 'wamp',
    realm: 'other',
    ticket: 't',
    ticketUrl: '/sync/ticket',
    autoConnect: false,
  });
});
