import type { PresencePolicy } from '../core/presence.js';
import type { HistoryPolicy, Operation, Requirement, RouteLimits } from '../core/route.js';
import type { DraftDelivery } from './delivery-reader.js';
import type { DraftPayload } from './payload-reader.js';
import type { Regex } from './regex/syntax.js';
import type { Piece } from './route-pattern.js';
import type { Place } from './source-file.js';

/** A route as its file says it, before imports have had their say. */
export interface Draft {
  readonly name: string;
  /** Where its name stands. */
  readonly at: Place;
  readonly pieces: readonly Piece[];
  readonly patternAt: Place;
  readonly handler: { readonly name: string; readonly at: Place } | undefined;
  readonly args: readonly unknown[];
  readonly requirements: ReadonlyMap<string, DraftRequirement>;
  readonly defaults: ReadonlyMap<string, DraftDefault>;
  readonly options: ReadonlyMap<string, unknown>;
  readonly access: DraftAccess;
  readonly limits: RouteLimits;
  readonly payload: DraftPayload | undefined;
  readonly history: HistoryPolicy | undefined;
  readonly presence: PresencePolicy | undefined;
  readonly delivery: DraftDelivery;
  /** Whether an error was found in it, so that it is only a name. */
  readonly broken: boolean;
}

export interface DraftRequirement {
  readonly requirement: Requirement;
  readonly tree: Regex;
  readonly at: Place;
}

export interface DraftDefault {
  readonly value: string;
  readonly at: Place;
}

export interface DraftRules {
  readonly rules: readonly string[];
  readonly at: Place;
  /** Where each rule stands. */
  readonly places: readonly Place[];
}

/** What a route says about access itself; the rest is the installation's default. */
export type DraftAccess = Readonly<Partial<Record<Operation, DraftRules>>>;

/** `resource: other.yml`, and what it imposes on the routes found there. */
export interface ResourceImport {
  readonly resource: string;
  readonly at: Place;
  readonly exclude: readonly string[];
  readonly requirements: ReadonlyMap<string, DraftRequirement>;
  readonly defaults: ReadonlyMap<string, DraftDefault>;
  readonly options: ReadonlyMap<string, unknown>;
}

/** The entries of a routing file, in its order. */
export type FileEntry = { readonly draft: Draft } | { readonly import: ResourceImport };
