import { useEffect, useState } from 'preact/hooks';
import { useDesk, useLiveOf } from '../desk.js';
import { Text } from './text.js';

/** That the server is out of reach, since what is shown may be old. */
export function Banner() {
  const { live } = useDesk();
  const link = useLiveOf((state) => state.link);
  const wasShown = useLiveOf((state) => state.overview !== undefined);
  return (
    <div role="status">
      {link.state === 'lost' && (
        <div class="notice bad banner">
          <p>
            <strong>{link.fault.status === 0 ? 'Connection lost.' : 'Not live.'}</strong>{' '}
            <Text of={link.fault.message} />. {wasShown && 'What is shown may be old. '}
            {link.retryAt !== undefined && <Countdown to={link.retryAt} />}
          </p>
          {link.fault.status !== 0 && link.fault.hint !== undefined && (
            <p>
              <Text of={link.fault.hint} />
            </p>
          )}
          <button type="button" class="small" onClick={() => live.retry()}>
            Try now
          </button>
        </div>
      )}
    </div>
  );
}

/** Not read out: it would be each second. */
function Countdown({ to }: { readonly to: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((to - now) / 1_000));
  return <span aria-hidden="true">Next try in {seconds} s.</span>;
}
