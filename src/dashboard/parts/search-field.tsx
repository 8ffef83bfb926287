import { useEffect, useRef, useState } from 'preact/hooks';

export interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly search: (text: string) => void;
}

/** Milliseconds after the last key until it is searched for. */
const PAUSE = 250;

/** A field that searches as somebody types. */
export function SearchField({ label, value, search }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(next), PAUSE);
  };
  return (
    <label class="field search">
      <span>{label}</span>
      <input
        type="search"
        value={text}
        maxLength={255}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => type(currentTarget.value)}
      />
    </label>
  );
}
