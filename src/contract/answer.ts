import type { ErrorView } from './errors.js';

/** What the callback of a command gets. */
export type Answer = { ok: true; data: unknown } | { ok: false; error: ErrorView };
