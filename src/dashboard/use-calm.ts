import { useEffect, useRef, useState } from 'preact/hooks';

/** A value that changes at most every `pause` milliseconds, however often the given one does. */
export function useCalm<T>(value: T, pause: number): T {
  const [calm, setCalm] = useState(value);
  const latest = useRef(value);
  latest.current = value;
  useEffect(() => {
    const timer = setInterval(() => setCalm(latest.current), pause);
    return () => clearInterval(timer);
  }, [pause]);
  return calm;
}
