import type { ComponentType } from 'preact';
import type { Place, View } from '../place.js';
import { Channels } from './channels.js';
import { Console } from './console.js';
import { Nodes } from './nodes.js';
import { Overview } from './overview.js';
import { Queues } from './queues.js';
import { Refusals } from './refusals.js';
import { Reloads } from './reloads.js';
import { Routes } from './routes.js';
import { Sessions } from './sessions.js';
import { Slow } from './slow.js';

/** What each place shows. */
export const VIEW_OF: Readonly<Record<View, ComponentType<{ readonly place: Place }>>> = {
  overview: Overview,
  sessions: Sessions,
  channels: Channels,
  queues: Queues,
  routes: Routes,
  refusals: Refusals,
  slow: Slow,
  nodes: Nodes,
  reloads: Reloads,
  console: Console,
};
