import { useState } from 'preact/hooks';
import type { PublicationRow } from '../answers.js';
import type { Query } from '../api.js';
import { count } from '../format.js';
import { Fault } from '../parts/fault.js';
import { Publications } from '../parts/publications.js';
import { useRows } from '../use-rows.js';
import { useStream } from '../use-stream.js';
import type { ChannelPartProps } from './channel-part.js';

/** What is kept, once more with its pauses. Nobody but this page is sent any of it. */
export function Replay({ channel, realm }: ChannelPartProps) {
  const rows = useRows();
  const [query, setQuery] = useState<Query>();
  const { state, fault } = useStream({ path: 'replay', query }, (events) =>
    rows.add(events.filter(({ event }) => event === 'publication').map(({ data }) => data as PublicationRow)),
  );
  const isPlaying = query !== undefined && state !== 'ended';
  const play = (event: SubmitEvent) => {
    event.preventDefault();
    if (isPlaying) return setQuery(undefined);
    const form = new FormData(event.currentTarget as HTMLFormElement);
    rows.clear();
    const from = String(form.get('from'));
    setQuery({ channel, realm, speed: String(form.get('speed')), ...(from !== '' && { from }), limit: 200 });
  };
  return (
    <details class="card">
      <summary>Replay</summary>
      <form class="filters" onSubmit={play}>
        <label class="field">
          <span>Speed</span>
          <select name="speed">
            <option value="1">as it was</option>
            <option value="10">ten times</option>
            <option value="max">at once</option>
          </select>
        </label>
        <label class="field">
          <span>From offset</span>
          <input name="from" inputMode="numeric" pattern="[0-9]{0,15}" placeholder="the oldest" />
        </label>
        <button type="submit">{isPlaying ? 'Stop' : 'Play'}</button>
        <p class="quiet" role="status">
          {isPlaying
            ? 'playing'
            : query !== undefined && fault === undefined
              ? `the end, after ${count(rows.total)}`
              : ''}
        </p>
      </form>
      {fault !== undefined && <Fault of={fault} />}
      <Publications
        caption="Played, the newest first"
        lines={rows.lines}
        empty="Nobody else is sent what is played."
      />
    </details>
  );
}
