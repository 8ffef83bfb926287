import type { SourceLocation } from '../core/route.js';

export type Severity = 'error' | 'warning';

/**
 * Every kind of finding, with its severity. docs/routes.md, docs/settings.md, docs/handlers.md and docs/migration.md show
 * each. With an error the server does not start; a warning is something that works, and probably not as meant.
 */
export const FINDING_CODES = {
  'file-unreadable': 'error',
  'file-too-large': 'error',
  'not-utf8': 'error',
  'yaml-syntax': 'error',
  'tab-indent': 'error',
  'several-documents': 'error',
  'duplicate-key': 'error',
  'double-quoted-backslash': 'error',
  'custom-tag': 'error',
  'non-string-key': 'error',
  'unknown-alias': 'error',
  'alias-bomb': 'error',
  'too-deep': 'error',
  'wrong-type': 'error',
  'unknown-key': 'error',
  'not-available': 'error',
  'conflicting-keys': 'error',
  'unknown-dead-letter': 'error',
  'bad-schema': 'error',
  'schema-reference': 'error',
  'costly-schema': 'error',
  'unknown-keyword': 'warning',
  'missing-pattern': 'error',
  'two-patterns': 'error',
  'empty-pattern': 'error',
  'unmatchable-pattern': 'error',
  'bad-parameter-name': 'error',
  'duplicate-parameter': 'error',
  'adjacent-parameters': 'error',
  'literal-brace': 'warning',
  'comment-cut': 'warning',
  'two-handlers': 'error',
  'bad-handler': 'error',
  'no-handler': 'warning',
  'unknown-handler': 'error',
  'requirements-under-handler': 'error',
  'unknown-parameter': 'error',
  'requirement-path': 'error',
  'missing-requirement-pattern': 'error',
  'empty-requirement': 'error',
  'two-requirements': 'error',
  'invalid-regex': 'error',
  'pcre-only': 'error',
  'anchor-inside': 'error',
  'catastrophic-regex': 'error',
  'unjudged-regex': 'error',
  'unknown-default': 'warning',
  'default-not-trailing': 'warning',
  'default-refused': 'warning',
  'bad-rule': 'error',
  'bad-expression': 'error',
  'rule-looks-misspelt': 'warning',
  'owner-without-user': 'error',
  'http-route': 'error',
  'symfony-leftover': 'error',
  'resource-with-pattern': 'error',
  'resource-missing': 'error',
  'resource-empty': 'warning',
  'resource-unsupported': 'error',
  'resource-cycle': 'error',
  'duplicate-route': 'warning',
  'duplicate-channel': 'warning',
  'shadowed-route': 'warning',
  'xml-syntax': 'error',
  'xml-doctype': 'error',
  'no-authorization-entry': 'error',
  'several-authorization-maps': 'error',
  'unknown-attribute': 'error',
  'no-destination': 'error',
  'two-destinations': 'error',
  'bad-destination': 'error',
  'bad-role': 'error',
  'too-many-overlaps': 'error',
  'bad-route-test': 'error',
  'misspelt-member': 'warning',
  'bad-setting': 'error',
  'missing-variable': 'error',
  'weak-secret': 'warning',
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof FINDING_CODES;

/** Something wrong in a file, where it is, and what to do about it. Lines and columns count from 1. */
export interface Finding extends SourceLocation {
  readonly severity: Severity;
  readonly code: FindingCode;
  readonly message: string;
  /** The remedy. */
  readonly hint: string;
  /** One after the last column of what is meant, on the same line. */
  readonly endColumn: number;
  /** The line with two lines above it, and a mark under what is meant; empty where there is no text to show. */
  readonly frame: string;
}
