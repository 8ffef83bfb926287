import { ApiFault } from '../api.js';

export interface JsonFieldProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
}

/** A payload as it is written. */
export function JsonField({ label, value, set }: JsonFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        rows={4}
        value={value}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
    </label>
  );
}

/** The value of a text. Throws an `ApiFault` for what is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFault(400, 'bad_request', 'the payload is not JSON', 'write text as "text"');
  }
}
