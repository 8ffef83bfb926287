const HTML = Symbol('html');

/** Markup in which every text from elsewhere is escaped. */
export interface Html {
  readonly [HTML]: string;
}

/** A text, which is shown as it is. */
export function text(value: string): Html {
  return { [HTML]: value.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`) };
}

/** An element with a text, or with parts. */
export function element(
  name: string,
  content: string | Html | readonly Html[],
  attributes: Readonly<Record<string, string>> = {},
): Html {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value)[HTML]}"`);
  return { [HTML]: `<${name}${pairs.join('')}>${inner(content)}</${name}>` };
}

/** Parts one after the other. */
export function joined(parts: readonly Html[]): Html {
  return { [HTML]: parts.map((part) => part[HTML]).join('\n') };
}

/** The markup itself. */
export function html(part: Html): string {
  return part[HTML];
}

function inner(content: string | Html | readonly Html[]): string {
  if (typeof content === 'string') return text(content)[HTML];
  return 'length' in content ? content.map((part) => part[HTML]).join('') : content[HTML];
}
