import { useState } from 'preact/hooks';
import { useIsFull } from '../desk.js';
import { Field } from '../parts/field.js';
import { Heading } from '../parts/heading.js';
import { actorOf, readWho, type Somebody, WhoFields } from '../parts/who-fields.js';
import type { Place } from '../place.js';
import { Explain } from './explain.js';
import { PublishForm } from './publish-form.js';
import { Subscription } from './subscription.js';

/** Acts as somebody: asks what that principal may do, and does it where operators may act. */
export function Console({ place: { query } }: { readonly place: Place }) {
  const [channel, setChannel] = useState(query.get('channel') ?? '');
  const [somebody, setSomebody] = useState<Somebody>(
    readWho(query.get('as') ?? '', query.get('roles') ?? ''),
  );
  const [named, setNamed] = useState(query.get('realm') ?? '');
  const isFull = useIsFull();
  const as = actorOf(somebody);
  const realm = named === '' ? undefined : named;
  return (
    <>
      <Heading title="Console" />
      <section class="card" aria-labelledby="who-title">
        <h2 id="who-title">As whom, and where</h2>
        <div class="filters">
          <Field label="Channel" value={channel} set={setChannel} grows />
          <Field label="Realm" value={named} set={setNamed} preset="the main one" />
        </div>
        <WhoFields of={somebody} change={setSomebody} />
      </section>
      <Explain channel={channel} as={as} realm={realm} first={query.get('operation') ?? undefined} />
      {isFull ? (
        <>
          <Subscription channel={channel} as={as} realm={realm} />
          <PublishForm channel={channel} as={as} realm={realm} />
        </>
      ) : (
        <p class="quiet">
          Operators may only look here, since <code>admin.mode</code> is <code>read</code>; with{' '}
          <code>full</code> the console subscribes and publishes, too.
        </p>
      )}
    </>
  );
}
