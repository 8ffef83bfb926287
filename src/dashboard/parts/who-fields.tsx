import type { Actor } from '../answers.js';
import { Field } from './field.js';

/** Somebody as the fields have it; lists are separated by commas. */
export interface Somebody {
  readonly kind: 'anonymous' | 'user' | 'backend';
  readonly id: string;
  readonly roles: string;
  readonly organizations: string;
}

const KINDS = [
  ['anonymous', 'Nobody in particular'],
  ['user', 'A user'],
  ['backend', 'A back end'],
] as const;

/** Reads `user 5`, `backend` and `anonymous`, which is also what anything else is; and roles with commas between. */
export function readWho(text: string, roles: string): Somebody {
  const [kind = '', ...rest] = text.split(' ');
  const known = KINDS.map(([name]) => name).find((name) => name === kind) ?? 'anonymous';
  const isUser = known === 'user';
  return { kind: known, id: isUser ? rest.join(' ') : '', roles: isUser ? roles : '', organizations: '' };
}

/** The principal that the API is told. */
export function actorOf({ kind, id, roles, organizations }: Somebody): Actor {
  if (kind !== 'user') return kind;
  return { kind, id: id.trim(), roles: listOf(roles), organizations: listOf(organizations) };
}

export interface WhoFieldsProps {
  readonly of: Somebody;
  readonly change: (somebody: Somebody) => void;
}

/** Chooses a principal. */
export function WhoFields({ of, change }: WhoFieldsProps) {
  return (
    <div class="filters">
      <fieldset>
        <legend>As</legend>
        {KINDS.map(([kind, title]) => (
          <label key={kind} class="choice">
            <input
              type="radio"
              name="who"
              checked={of.kind === kind}
              onChange={() => change({ ...of, kind })}
            />
            {title}
          </label>
        ))}
      </fieldset>
      {of.kind === 'user' && (
        <>
          <Field label="Id" value={of.id} set={(id) => change({ ...of, id })} />
          <Field label="Roles, with commas" value={of.roles} set={(roles) => change({ ...of, roles })} />
          <Field
            label="Organisations, with commas"
            value={of.organizations}
            set={(organizations) => change({ ...of, organizations })}
          />
        </>
      )}
    </div>
  );
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
