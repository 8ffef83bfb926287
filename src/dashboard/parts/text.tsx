import { useState } from 'preact/hooks';
import type { Who } from '../answers.js';
import { whoOf } from '../format.js';
import { cut, payloadText, SHOWN } from '../payload-text.js';
import { visibleParts } from '../visible.js';

/** A text from elsewhere: nothing in it is markup, and what cannot be seen is shown as an escape. */
export function Text({ of }: { readonly of: string }) {
  return (
    <bdi dir="ltr">
      {visibleParts(of).map(({ text, isEscape, at }) =>
        isEscape ? (
          <span key={at} class="escape">
            {text}
          </span>
        ) : (
          text
        ),
      )}
    </bdi>
  );
}

/** The name of a channel, a session, or anything else that is written in code. */
export function Code({ of }: { readonly of: string }) {
  return (
    <code>
      <Text of={of} />
    </code>
  );
}

export function WhoText({ of }: { readonly of: Who | undefined }) {
  return <Text of={whoOf(of)} />;
}

/** Text of several lines, which can be scrolled where it is long. */
export function Block({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="block" tabIndex={0} aria-label={label}>
      <pre>
        <Text of={text} />
      </pre>
    </section>
  );
}

/** A payload as text; of a long one the beginning, until somebody asks for more. */
export function Payload({ of }: { readonly of: unknown }) {
  const [isWhole, setIsWhole] = useState(false);
  const text = payloadText(of);
  const isLong = text.length > SHOWN;
  return (
    <>
      <Block label="Payload" text={isWhole ? text : cut(text, SHOWN)} />
      {isLong && !isWhole && (
        <button type="button" class="small" onClick={() => setIsWhole(true)}>
          Show more ({text.length - SHOWN} characters)
        </button>
      )}
    </>
  );
}
