import type { Format } from 'ajv';
import { fastFormats, fullFormats } from 'ajv-formats/dist/formats.js';

const { uri, 'uri-reference': uriReference } = fastFormats;

/** Whose check takes a time that grows faster than the text in the full edition, or which are no formats of JSON Schema. */
const { url: _url, password: _password, binary: _binary, byte: _byte, ...full } = fullFormats;

/** The formats that a schema may name. Each is checked in a time that grows with the length of the text. */
export const FORMATS: Readonly<Record<string, Format>> = { ...full, uri, 'uri-reference': uriReference };
