import { type ComponentChildren, Fragment } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => ComponentChildren;
  /** Numbers stand below each other. */
  readonly isNumber?: boolean;
  /** Never over two lines: short, and not chosen by peers. */
  readonly isWhole?: boolean;
  /** Left out on telephones and tablets. */
  readonly isWide?: boolean;
  /** Left out unless there is plenty of room. */
  readonly isWidest?: boolean;
  /** The name of this order, where the list can have it. */
  readonly order?: string;
}

export interface TableProps<T> {
  readonly caption: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly keyOf: (row: T) => string;
  /** Instead of a table without rows. */
  readonly empty: string;
  /** What is folded out below a row. */
  readonly detail?: (row: T) => ComponentChildren;
  /** What the button that folds it out is called, after "Details of". */
  readonly nameOf?: (row: T) => string;
  readonly order?: { readonly by: string; readonly choose: (order: string) => void };
}

/** A list in which each row may have more to it. */
export function Table<T>(props: TableProps<T>) {
  const { caption, rows, columns, keyOf, empty, detail, order } = props;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const toggle = (key: string) => setOpened(toggled(opened, key));
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {detail !== undefined && (
            <th scope="col" class="fold">
              <span class="unseen">Details</span>
            </th>
          )}
          {columns.map((column) => (
            <Header key={column.title} column={column} order={order} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const key = keyOf(row);
          return <Row key={key} {...props} row={row} isOpen={opened.has(key)} toggle={() => toggle(key)} />;
        })}
      </tbody>
    </table>
  );
}

function toggled(opened: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(opened);
  if (!next.delete(key)) next.add(key);
  return next;
}

interface HeaderProps<T> {
  readonly column: Column<T>;
  readonly order: TableProps<T>['order'];
}

function Header<T>({ column: { title, order: own, ...column }, order }: HeaderProps<T>) {
  if (own === undefined || order === undefined) {
    return (
      <th scope="col" class={classOf(column)}>
        {title}
      </th>
    );
  }
  const isChosen = order.by === own;
  const direction = own === 'name' ? 'ascending' : 'descending';
  return (
    <th scope="col" class={classOf(column)} aria-sort={isChosen ? direction : 'none'}>
      <button type="button" class="sort" onClick={() => order.choose(own)}>
        {title}
        <span aria-hidden="true">{isChosen ? (own === 'name' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
}

interface RowProps<T> extends TableProps<T> {
  readonly row: T;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Row<T>({ row, columns, detail, nameOf, isOpen, toggle }: RowProps<T>) {
  return (
    <Fragment>
      <tr class={isOpen ? 'opened' : undefined}>
        {detail !== undefined && (
          <td class="fold">
            <button
              type="button"
              class="fold-out"
              aria-expanded={isOpen}
              aria-label={`Details of ${nameOf?.(row) ?? 'this row'}`}
              onClick={toggle}
            >
              <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
            </button>
          </td>
        )}
        {columns.map((column) => (
          <td key={column.title} class={classOf(column)}>
            {column.cell(row)}
          </td>
        ))}
      </tr>
      {isOpen && detail !== undefined && (
        <tr class="detail">
          <td colSpan={columns.length + 1}>{detail(row)}</td>
        </tr>
      )}
    </Fragment>
  );
}

type Look = Pick<Column<unknown>, 'isNumber' | 'isWhole' | 'isWide' | 'isWidest'>;

function classOf({ isNumber, isWhole, isWide, isWidest }: Look): string {
  const names = [isNumber && 'number', isWhole && 'whole', isWide && 'wide', isWidest && 'widest'];
  return names.filter((name) => typeof name === 'string').join(' ');
}
