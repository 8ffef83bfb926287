import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { visible } from '../visible.js';
import { Text } from './text.js';

/** The title of a view, which is where the keyboard and a screen reader go when the view is opened. */
export function Heading({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const isFirst = document.title === 'signalbox admin';
    document.title = `${visible(title)} · signalbox`;
    if (isFirst) return;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <div class="heading">
      <h1 ref={heading} tabIndex={-1}>
        <Text of={title} />
      </h1>
      {children}
    </div>
  );
}
