import { records } from './001-records.ts';
import { views } from './002-views.ts';
import { networks } from './003-networks.ts';
import { claims } from './004-claims.ts';
import { catchUp } from './005-catch-up.ts';
import { overlay } from './006-overlay.ts';
import { timeline } from './007-timeline.ts';
import { coordinates } from './008-coordinates.ts';
import { hosts } from './009-hosts.ts';
import { graphs } from './010-graphs.ts';
import { eventEffects } from './011-event-effects.ts';
import { fastAttempts } from './013-fast-attempts.ts';
import { byzantine } from './014-byzantine.ts';
import { sessions } from './015-sessions.ts';
import type { Migration } from './migration.ts';

/** In order of application. New steps go to the end; existing ones are never edited. */
export const allMigrations: readonly Migration[] = [
  records,
  views,
  networks,
  claims,
  catchUp,
  overlay,
  timeline,
  coordinates,
  hosts,
  graphs,
  eventEffects,
  fastAttempts,
  byzantine,
  sessions,
];
