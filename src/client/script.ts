/**
 * The door for a script tag and for AMD loaders. A script tag finds `sync` and `signalbox` in the window. With a
 * loader it is the module `orosync/js/sync`, and also the one under whose name the loader asked for it.
 */
import { optionsOf, type ScriptElement } from './location.js';
import type { SyncOptions } from './options.js';
import { OroWamp } from './oro-wamp.js';
import { createDefaultSync } from './page-sync.js';
import { Sync } from './sync.js';
import { SyncError } from './sync-error.js';

interface Define {
  (name: string, dependencies: string[], factory: () => unknown): void;
  (dependencies: string[], factory: () => unknown): void;
  readonly amd?: unknown;
}

interface Page {
  readonly document?: { readonly currentScript?: ScriptElement | null };
  sync?: unknown;
  signalbox?: ReturnType<typeof createGlobal>;
}

/** A loader's own: not always a global, since some wrap the text in a function that has it as parameter. */
declare const define: Define | undefined;

const NAMES = { sync: 'orosync/js/sync', wamp: 'orosync/js/sync/wamp' };

const page = globalThis as Page;
const script = page.document?.currentScript ?? undefined;
/** A page that runs the script twice, as a loader may that knows it by two names, has one `sync` all the same. */
const signalbox = (page.signalbox ??= createGlobal());

if (typeof define === 'function' && define.amd) defineModules(define);
else page.sync = signalbox.sync;

function createGlobal() {
  const options = optionsOf(script);
  const createSync = (own?: SyncOptions) => new Sync({ url: options.url, ...own });
  return { sync: createDefaultSync(options), createSync, OroWamp, SyncError };
}

/** An anonymous module is an error beside a plain tag, and needed where the loader runs the text by itself. */
function defineModules(define: Define): void {
  const { sync, OroWamp } = signalbox;
  const asked = script?.getAttribute?.('data-requiremodule') ?? NAMES.sync;
  define(NAMES.sync, [], () => sync);
  define(NAMES.wamp, [], () => OroWamp);
  if (!Object.values(NAMES).includes(asked)) define(asked, [], () => sync);
  if (!script) define([], () => sync);
}
