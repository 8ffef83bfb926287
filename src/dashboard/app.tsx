import { useEffect, useState } from 'preact/hooks';
import { AdminApi, type ApiFault } from './api.js';
import { type Desk, DeskContext } from './desk.js';
import { Live } from './live.js';
import { Banner } from './parts/banner.js';
import { Top } from './parts/top.js';
import { ViewsNav } from './parts/views-nav.js';
import { type Place, readPlace } from './place.js';
import { SignIn } from './views/sign-in.js';
import { VIEW_OF } from './views/view-of.js';

const KEY = 'signalbox.admin.key';

/** The page: the door, or what is behind it. `base` is where the API is. */
export function App({ base }: { readonly base: URL }) {
  const [key, setKey] = useState(sessionStorage.getItem(KEY) ?? undefined);
  const [fault, setFault] = useState<ApiFault>();
  const enter = (next: string) => {
    sessionStorage.setItem(KEY, next);
    setKey(next);
  };
  const leave = (why?: ApiFault) => {
    sessionStorage.removeItem(KEY);
    setFault(why);
    setKey(undefined);
  };
  if (key === undefined) return <SignIn base={base} fault={fault} enter={enter} />;
  return <Inside key={key} apiKey={key} base={base} leave={leave} />;
}

interface InsideProps {
  readonly apiKey: string;
  readonly base: URL;
  readonly leave: (why?: ApiFault) => void;
}

function Inside({ apiKey, base, leave }: InsideProps) {
  const place = usePlace();
  const [desk] = useState<Desk>(() => {
    const api = new AdminApi(apiKey, base);
    return { api, live: new Live(api, leave), denied: leave };
  });
  useEffect(() => {
    void desk.live.start();
    return () => desk.live.stop();
  }, [desk]);
  const View = VIEW_OF[place.view];
  return (
    <DeskContext.Provider value={desk}>
      <button type="button" class="skip" onClick={() => document.querySelector('h1')?.focus()}>
        Skip to the content
      </button>
      <Top signOut={() => leave()} />
      <div class="body">
        <ViewsNav view={place.view} />
        <main>
          <Banner />
          <View key={keyOf(place)} place={place} />
        </main>
      </div>
    </DeskContext.Provider>
  );
}

/** Two places of one key are one view, which shows what has changed. The console alone begins anew. */
function keyOf({ view, name, query }: Place): string {
  return `${view}/${name}/${view === 'console' ? query : ''}`;
}

function usePlace(): Place {
  const [place, setPlace] = useState(readPlace(location.hash));
  useEffect(() => {
    const changed = () => setPlace(readPlace(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return place;
}
