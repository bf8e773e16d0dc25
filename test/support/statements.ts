import pg from 'pg';

/** The first argument of pg's `query`: a text, or a named statement. */
type Query = string | { name?: string; text?: string };

/** Sent by timers, whatever a test does. */
const OF_TIMERS = new Set([
  'audit.removeOld',
  'changes.leaseSinks',
  'changes.removeOld',
  'changes.removeRead',
  'database.othersHere',
  'due.forget',
  'due.isWanted',
  'erasure.forgetOld',
  'erasure.lease',
  'idempotency.removeExpired',
  'identity.deactivatedSince',
  'identity.revokedSince',
  'messages.removeDeletedContents',
  'notifications.removeOld',
  'push.forget',
  'retention.dueChats',
  'rooms.changedGroups',
  'streams.due',
  'users.forgetEndedDeactivations',
  'users.hasExpiredDeactivations',
  'users.takeUnmarked',
  'webhooks.removeOldDead',
  'webhooks.removeOldTries',
]);

/** Records the statements that this process sends to PostgreSQL, without those of timers. */
export class StatementLog {
  private sent: string[] = [];
  private readonly query = pg.Client.prototype.query;

  constructor() {
    const { sent, query } = { sent: (text: string) => this.sent.push(text), query: this.query };
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const asked = args[0] as Query;
      sent(typeof asked === 'string' ? asked : (asked.name ?? asked.text ?? 'unknown'));
      return Reflect.apply(query, this, args);
    } as typeof query;
  }

  /** The names of the statements since the last call, or the text of those without a name. */
  take(): string[] {
    return this.sent.splice(0).filter((name) => !OF_TIMERS.has(name));
  }

  stop(): void {
    pg.Client.prototype.query = this.query;
  }
}

/** Makes the next statement with this name fail in this process, as if its connection had broken. */
export function failOnce(name: string): void {
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    if ((args[0] as Exclude<Query, string>).name !== name) return Reflect.apply(query, this, args);
    pg.Client.prototype.query = query;
    return Promise.reject(Object.assign(new Error('going down'), { code: '08006', severity: 'FATAL' }));
  } as typeof query;
}
