import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { type Runner, statement } from './statement.js';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 10_000;

/** Milliseconds for which another node must be there: one that stops after an upgrade is gone by then. */
const STAYS_MS = 30_000;

/** How the sessions of a node are named: without REDIS_URL, and with it. A hyphen and the node's id follow. */
const ALONE = 'chat-alone';
const LINKED = 'chat-linked';

/** The name of the sessions of a new node: PostgreSQL shows it in pg_stat_activity. */
export const sessionsOf = ({ isLinked }: { isLinked: boolean }): string =>
  `${isLinked ? LINKED : ALONE}-${randomBytes(4).toString('hex')}`;

/** `$1` the name of this node's sessions, `$2` patterns: how many other nodes have sessions in the database. */
const othersHere = statement.one({
  name: 'database.othersHere',
  text: `
    SELECT count(DISTINCT application_name)::int FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE ANY($2::text[]) AND application_name <> $1`,
  values: ({ own, patterns }: { own: string; patterns: string[] }) => [own, patterns],
  row: ([count]: [number]) => count,
});

/**
 * Notices other nodes on the same database that this one can't reach, because REDIS_URL is not set here or there: their
 * users and those here do not hear each other. Every node names its sessions, so the others see it without a table or
 * a connection for that.
 */
export class Neighbours {
  private readonly logger = new Logger(Neighbours.name);
  private timer: NodeJS.Timeout | null = null;
  private since: number | null = null;
  private warned = false;
  private readonly patterns: string[];

  constructor(
    private readonly runner: Runner,
    private readonly own: string,
    private readonly times = { everyMs: LOOK_EVERY_MS, staysMs: STAYS_MS },
  ) {
    // Nodes with a REDIS_URL reach each other.
    this.patterns = own.startsWith(LINKED) ? [`${ALONE}-%`] : [`${ALONE}-%`, `${LINKED}-%`];
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), this.times.everyMs).unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Whether another node is there that this one does not reach. */
  get areUnreached(): boolean {
    return this.since !== null && performance.now() - this.since >= this.times.staysMs;
  }

  private async look(): Promise<void> {
    try {
      const others = await othersHere(this.runner, { own: this.own, patterns: this.patterns });
      this.since = others === 0 ? null : (this.since ?? performance.now());
    } catch {
      // The next look may tell: whether the database is there, others report.
      return;
    }
    if (this.areUnreached && !this.warned)
      this.logger.warn(
        'Another node uses this database, and REDIS_URL is not set here or there: users of the two do not hear each ' +
          'other. Set the same REDIS_URL for all nodes, or stop the other one.',
      );
    this.warned = this.areUnreached;
  }
}
