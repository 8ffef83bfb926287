/** Where something stands in an installation: the file relative to it, and the line counted from 1. */
export interface GosPlace {
  readonly file: string;
  readonly line: number;
}

/** A method of a PHP class, as it is written. */
export interface PhpMethod {
  readonly name: string;
  readonly isPublic: boolean;
  readonly line: number;
  readonly body: string;
}

/** `#[Name('text')]` before a class. */
export interface PhpAttribute {
  /** With its namespace. */
  readonly name: string;
  readonly line: number;
  /** The texts among its arguments. */
  readonly texts: readonly string[];
}

/** What is to be known of a PHP class or interface. */
export interface PhpClass {
  /** With its namespace. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** So is an interface. */
  readonly isAbstract: boolean;
  /** With its namespace; undefined where it extends nothing. */
  readonly parent: string | undefined;
  /** With their namespaces; of an interface those that it extends. */
  readonly interfaces: readonly string[];
  readonly attributes: readonly PhpAttribute[];
  readonly methods: readonly PhpMethod[];
  /** Those that are texts. */
  readonly constants: Readonly<Record<string, string>>;
}

export const HANDLER_KINDS = ['topic', 'rpc', 'periodic'] as const;
export type GosHandlerKind = (typeof HANDLER_KINDS)[number];

/** A service behind channels, procedures or a timer. */
export interface GosHandler {
  readonly kind: GosHandlerKind;
  /** What routes call it; undefined where that could not be read. */
  readonly name: string | undefined;
  /** With its namespace. */
  readonly class: string;
  readonly at: GosPlace;
  /** Plain arguments of its definition; undefined for each that is none. */
  readonly args: readonly (string | undefined)[];
  readonly php: PhpClass | undefined;
}

/** Taken over, other than before, or left to do. */
export type GosNoteKind = 'taken' | 'differs' | 'todo';

/** One line of the report. */
export interface GosNote {
  readonly kind: GosNoteKind;
  readonly at?: GosPlace | undefined;
  readonly text: string;
}

/** A file of routes. */
export interface GosRouting {
  /** Absolute. */
  readonly path: string;
  /** Relative to the installation. */
  readonly file: string;
  /** The file that imports it, whose routes are then tried where it stands. */
  readonly importedBy?: string;
}

/** What has a setting here. */
export interface GosSettings {
  readonly host?: string;
  readonly port?: number;
  readonly paths?: readonly string[];
  readonly origins?: readonly string[];
  readonly blocked?: readonly string[];
  /** Seconds. */
  readonly ping?: number;
}

/** An application with GosWebSocketBundle or OroSyncBundle, as far as its server is concerned. */
export interface GosInstallation {
  readonly isOro: boolean;
  /** In the order in which their routes are tried. */
  readonly routing: readonly GosRouting[];
  readonly handlers: readonly GosHandler[];
  readonly settings: GosSettings;
  readonly notes: readonly GosNote[];
}
