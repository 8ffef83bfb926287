import { useEffect, useState } from 'react';

/**
 * The messages of a channel, the newest last, and the state of the connection: `useChannel(sync, 'chat/{room}', { room })`. It subscribes with
 * the component and ends with it; another channel begins anew.
 */
export function useChannel(sync, channel, params, { keep = 100 } = {}) {
  const [messages, setMessages] = useState([]);
  const [state, setState] = useState(sync.state);
  // Parameters are an object that is new with each rendering.
  const key = JSON.stringify([channel, params ?? null]);
  useEffect(() => {
    const [name, given] = JSON.parse(key);
    const heard = (payload) => setMessages((all) => [...all, payload].slice(-keep));
    const changed = () => setState(sync.state);
    setMessages([]);
    sync.on('state', changed);
    const end = given === null ? sync.subscribe(name, heard) : sync.subscribe(name, given, heard);
    changed();
    return () => {
      end();
      sync.off('state', changed);
    };
  }, [sync, key, keep]);
  return { last: messages.at(-1), messages, state };
}
