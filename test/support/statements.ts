import pg from 'pg';

/** What a caller of `query` gives pg: a text, or a statement with its name. */
type Query = string | { name?: string; text?: string };

/** Writes down the statements that this process sends to PostgreSQL, and lets them through. */
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

  /** The names of those since the last time, of the nameless the text. */
  take(): string[] {
    return this.sent.splice(0);
  }

  stop(): void {
    pg.Client.prototype.query = this.query;
  }
}

/** The next statement of this name fails, in this process, as if its connection had broken. */
export function failOnce(name: string): void {
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    if ((args[0] as Exclude<Query, string>).name !== name) return Reflect.apply(query, this, args);
    pg.Client.prototype.query = query;
    return Promise.reject(Object.assign(new Error('going down'), { code: '08006', severity: 'FATAL' }));
  } as typeof query;
}
