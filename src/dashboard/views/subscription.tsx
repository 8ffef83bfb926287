import { useState } from 'preact/hooks';
import type { Actor, PublicationRow } from '../answers.js';
import type { Query } from '../api.js';
import type { StreamEvent } from '../event-reader.js';
import { count } from '../format.js';
import { Fault } from '../parts/fault.js';
import { Publications } from '../parts/publications.js';
import { Text } from '../parts/text.js';
import { useRows } from '../use-rows.js';
import { useStream } from '../use-stream.js';

export interface SubscriptionProps {
  readonly channel: string;
  readonly as: Actor;
  readonly realm: string | undefined;
}

/** A real subscription as somebody: what that principal receives, and nothing else. */
export function Subscription({ channel, as, realm }: SubscriptionProps) {
  const rows = useRows();
  const [query, setQuery] = useState<Query>();
  const [said, setSaid] = useState('');
  const take = (events: readonly StreamEvent[]) => {
    rows.add(events.filter(({ event }) => event === 'publication').map(({ data }) => data as PublicationRow));
    for (const { event, data } of events) {
      if (event === 'joined' || event === 'ended' || event === 'refused') setSaid(describe(event, data));
    }
  };
  const { state, fault } = useStream({ path: 'console', query }, take);
  const isOn = query !== undefined && state !== 'ended';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isOn) return setQuery(undefined);
    rows.clear();
    setSaid('');
    const since = String(new FormData(event.currentTarget as HTMLFormElement).get('since'));
    setQuery({ channel, realm, since, as: typeof as === 'string' ? as : JSON.stringify(as) });
  };
  return (
    <section class="card" aria-labelledby="subscription-title">
      <h2 id="subscription-title">Subscribe</h2>
      <form class="filters" onSubmit={submit}>
        <label class="field">
          <span>After position, to recover</span>
          <input name="since" maxLength={255} autocomplete="off" autocapitalize="none" spellcheck={false} />
        </label>
        <button type="submit" disabled={channel === '' && !isOn}>
          {isOn ? 'Leave' : 'Subscribe'}
        </button>
        <p class="quiet" role="status">
          <Text of={isOn ? said || 'connecting' : said} />
        </p>
        {query !== undefined && <p class="quiet">{count(rows.total)} received</p>}
      </form>
      {fault !== undefined && <Fault of={fault} />}
      {query !== undefined && (
        <Publications
          caption="Received, the newest first"
          lines={rows.lines}
          empty="Nothing has been received yet."
        />
      )}
    </section>
  );
}

function describe(event: string, data: unknown): string {
  const { code, reason, message, recovered } = data as Readonly<Record<string, unknown>>;
  const more = [code, reason ?? message].filter((each) => each !== undefined).join(': ');
  if (event === 'joined') return recovered === undefined ? 'joined' : `joined, recovered: ${recovered}`;
  return more === '' ? event : `${event}: ${more}`;
}
