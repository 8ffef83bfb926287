import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { REPOSITORY } from '../support/server.js';
import { eventually } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const PAGES = {
  react: `
    import { createElement as h, StrictMode, useState } from 'react';
    import { createRoot } from 'react-dom/client';
    import { useChannel } from './examples/react/use-channel.js';
    function Room({ room }) {
      const { last, messages, state } = useChannel(window.sync, 'demo/{room}', { room }, { keep: 2 });
      return h('p', null, state + ' ' + last + ' of ' + JSON.stringify(messages));
    }
    function App() {
      const [room, setRoom] = useState('first');
      window.setRoom = setRoom;
      return room ? h(Room, { room }) : h('p', null, 'gone');
    }
    createRoot(document.getElementById('app')).render(h(StrictMode, null, h(App)));`,
  vue: `
    import { createApp, h, ref } from 'vue/dist/vue.runtime.esm-bundler.js';
    import { useChannel } from './examples/vue/use-channel.js';
    const Room = { props: ['room'], setup(props) {
      const { last, messages, state } = useChannel(window.sync, 'demo/{room}', () => ({ room: props.room }), { keep: 2 });
      return () => h('p', state.value + ' ' + last.value + ' of ' + JSON.stringify(messages.value));
    } };
    const room = ref('first');
    window.setRoom = (name) => { room.value = name; };
    createApp({ render: () => (room.value ? h(Room, { room: room.value }) : h('p', 'gone')) }).mount('#app');`,
};

const chromium = findChromium();

describe.skipIf(chromium === undefined)('useChannel', { timeout: 60_000 }, () => {
  const server = useServer();
  const open = useBrowser(chromium);

  it.each(Object.entries(PAGES))(
    'of %s follows its channel, and ends with its component',
    async (_name, contents) => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: REPOSITORY },
        bundle: true,
        write: false,
        format: 'iife',
        define: {
          'process.env.NODE_ENV': '"development"',
          __VUE_OPTIONS_API__: 'true',
          __VUE_PROD_DEVTOOLS__: 'false',
          __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
        },
        alias: { 'vue/dist/vue.runtime.esm-bundler.js': 'vue', react: 'react' },
      });
      const { page, faults } = await open(`${server().url}/healthz`);
      await page.setContent('<div id="app"></div>');
      await page.addScriptTag({ url: `${server().url}/sync.js` });
      await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
      const shows = (text: string) => eventually(async () => expect(await page.textContent('p')).toBe(text));
      const publish = async (room: string, payload: unknown) =>
        void (await server().publish(`demo/${room}`, payload));
      const topics = (count: number) =>
        eventually(async () => expect(await server().metric('signalbox_topics')).toBe(count));
      await topics(1);
      await publish('first', 1);
      await publish('first', 2);
      await shows('open 2 of [1,2]');
      await publish('first', 3);
      await shows('open 3 of [2,3]');
      await page.evaluate('sync.close()');
      await shows('closed 3 of [2,3]');
      await page.evaluate('sync.connect()');
      await shows('open 3 of [2,3]');
      await page.evaluate("setRoom('second')");
      await shows('open undefined of []');
      await eventually(async () => {
        await publish('second', 4);
        expect(await page.textContent('p')).toMatch(/^open 4 of \[4/);
      });
      await topics(1);
      await page.evaluate("setRoom('')");
      await shows('gone');
      await topics(0);
      expect(faults.filter((fault) => !fault.includes('favicon'))).toEqual([]);
    },
  );
});
