export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  /** What holds while nothing is written. */
  readonly preset?: string;
  /** Takes the room that there is. */
  readonly grows?: boolean;
}

/** A name, as an API takes it: nothing is completed or corrected in it. */
export function Field({ label, value, set, preset, grows = false }: FieldProps) {
  return (
    <label class={grows ? 'field grow' : 'field'}>
      <span>{label}</span>
      <input
        value={value}
        placeholder={preset}
        maxLength={255}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
    </label>
  );
}
