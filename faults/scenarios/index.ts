import type { Scenario } from '../scenario.js';
import { cuts } from './cuts.js';

/** All scenarios, in the order in which they are run. */
export const SCENARIOS: readonly Scenario[] = [cuts];
