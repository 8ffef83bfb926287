import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import type { PublicationRow } from '../answers.js';
import { bytes, clock, count } from '../format.js';
import { payloadLine } from '../payload-text.js';
import { visible } from '../visible.js';
import { Facts } from './facts.js';
import { Code, Payload, Text } from './text.js';

/** The columns of `PublicationLine`. */
export const PUBLICATION_COLUMNS = 6;

/** The head of a table of publications. */
export function PublicationHead() {
  return (
    <thead>
      <tr>
        <th scope="col" class="fold">
          <span class="unseen">Details</span>
        </th>
        <th scope="col">Time</th>
        <th scope="col" class="number wide">
          Offset
        </th>
        <th scope="col" class="wide">
          Publisher
        </th>
        <th scope="col" class="number wide">
          Size
        </th>
        <th scope="col">Payload</th>
      </tr>
    </thead>
  );
}

/** One publication: a line, and all of it folded out below. */
export function PublicationLine({ of }: { readonly of: PublicationRow }) {
  const [isOpen, setIsOpen] = useState(false);
  const { id, time, offset, publisher, size } = of;
  return (
    <Fragment>
      <tr class={isOpen ? 'opened' : undefined}>
        <td class="fold">
          <button
            type="button"
            class="fold-out"
            aria-expanded={isOpen}
            aria-label={`Details of publication ${visible(id)}`}
            onClick={() => setIsOpen(!isOpen)}
          >
            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
          </button>
        </td>
        <td class="whole">{clock(time, true)}</td>
        <td class="number wide">{offset === undefined ? '' : count(offset)}</td>
        <td class="wide">
          <Text of={publisherText(publisher)} />
        </td>
        <td class="number wide">{bytes(size)}</td>
        <td class="line">
          <code>
            {of.omitted === undefined ? <Text of={payloadLine(of.payload)} /> : <i>{of.omitted}</i>}
          </code>
        </td>
      </tr>
      {isOpen && (
        <tr class="detail">
          <td colSpan={PUBLICATION_COLUMNS}>
            <Detail of={of} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Detail({ of }: { readonly of: PublicationRow }) {
  const { id, channel, route, position, publisher, size, deliveries, contentType } = of;
  return (
    <>
      <Facts
        of={{
          Channel: channel && <Code of={channel} />,
          Route: route && <Text of={route} />,
          Id: <Code of={id} />,
          Position: position && <Code of={position} />,
          Publisher: publisherText(publisher) === '' ? undefined : <Text of={publisherText(publisher)} />,
          Size: `${bytes(size)}${contentType === undefined ? '' : `, ${visible(contentType)}`}`,
          Deliveries: deliveries === undefined ? undefined : `${count(deliveries)} on this node`,
        }}
      />
      {of.omitted === undefined ? (
        <Payload of={of.payload} />
      ) : (
        <p class="quiet">{WHY_OMITTED[of.omitted] ?? of.omitted}</p>
      )}
    </>
  );
}

const WHY_OMITTED: Readonly<Record<string, string>> = {
  hidden: 'Payloads are not shown here: admin.payloads is hidden.',
  'too large': 'It is too large to be shown here.',
  binary: 'It is neither JSON nor text.',
  unreadable: 'It cannot be read as what it says to be.',
};

/** A name, a user or a session, whatever is known of who published. */
function publisherText(publisher: unknown): string {
  if (publisher === undefined || publisher === null) return '';
  if (typeof publisher !== 'object') return String(publisher);
  const { user, id, session, kind } = publisher as Readonly<Record<string, unknown>>;
  const known = user ?? id ?? session ?? kind;
  return known === undefined ? JSON.stringify(publisher) : String(known);
}
