import type { ComponentChildren } from 'preact';
import type { Asked } from '../desk.js';
import { refine } from '../go.js';
import { Waiting } from './fault.js';
import { Heading } from './heading.js';
import { SearchField } from './search-field.js';

interface SearchedParts {
  readonly title: string;
  readonly search: string;
  readonly asked: Asked<unknown>;
  /** What was found, to be seen once there is an answer. */
  readonly children: ComponentChildren;
}

/** A view of one list, that can be searched. */
export function Searched({ title, search, asked, children }: SearchedParts) {
  return (
    <>
      <Heading title={title} />
      <div class="filters">
        <SearchField label="Search" value={search} search={(text) => refine({ search: text })} />
      </div>
      <Waiting for={asked} />
      {asked.answer !== undefined && children}
    </>
  );
}
