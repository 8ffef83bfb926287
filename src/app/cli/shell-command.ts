/** What a shell asks `signalbox routes --only` for. */
export type ListedWord = 'channel' | 'name';

/** What a shell has to know of a command. */
export interface ShellCommand {
  readonly name: string;
  readonly about: string;
  readonly options: readonly ShellOption[];
  readonly args: readonly ShellArgument[];
}

export interface ShellArgument {
  readonly name: string;
  readonly choices: readonly string[];
  /** What of the application it is one of. */
  readonly lists: ListedWord | undefined;
}

export interface ShellOption {
  /** Such as `--preset`. */
  readonly name: string;
  readonly about: string;
  /** What its value is, such as `dir`; undefined for one without. */
  readonly takes: string | undefined;
  readonly choices: readonly string[];
  readonly lists: ListedWord | undefined;
}

/** Values and arguments that are files or folders. */
export const PATHS = /^(?:file|dir|folder|path)/;

/** Seconds for which a shell remembers channels and routes of a folder: to ask for them takes half of one. */
export const REMEMBERED = 60;

/** One word: nothing between single quotes means anything to a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", '’').replaceAll('\n', ' ')}'`;
}
