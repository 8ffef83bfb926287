import type { Settings } from '../config/index.js';
import type { DevBoard } from '../core/dev-news.js';
import type { Logger } from '../core/logger.js';
import type { Route } from '../core/route.js';
import type { Offers } from './handler-class.js';

/** All that is decided before the first part is built. */
export interface Plan {
  readonly settings: Settings;
  readonly routes: readonly Route[];
  readonly offers: Offers;
  /** The settings that the environment or a flag gives, by their dotted path. */
  readonly overridden?: readonly string[] | undefined;
  /** The settings as they were read, where the server has added secrets of its own to them. */
  readonly written?: Settings | undefined;
  /** Where pages are told what becomes of changed files, while an application is developed. */
  readonly board?: DevBoard | undefined;
  /** Where who starts the server has a log already; else it begins its own. */
  readonly logger?: Logger | undefined;
}
