/** The outage that an operator has to be ready for, in seconds. */
const HOUR = 3_600;

/** How long it lasts in tests, and with what waits: those of the server, as much shorter as the outage is. */
export interface Outage {
  seconds: number;
  /** WEBHOOK_RETRIES. */
  waits: string;
  timeoutMs: number;
  leaseMs: number;
  /** Between two messages. */
  everyMs: number;
}

/** Of OUTAGE_SECONDS, by itself a few seconds. With 3600 all is as on a server that runs for an hour. */
export function outage(): Outage {
  const seconds = Number(process.env.OUTAGE_SECONDS ?? 8);
  const part = seconds / HOUR;
  const waits = [5, 60, 300, 1_800, 7_200, 18_000, 36_000].map((wait) => {
    const ms = Math.max(5, Math.round(wait * part * 1_000));
    return ms < 60_000 ? `${ms}ms` : `${Math.round(ms / 1_000)}s`;
  });
  return {
    seconds,
    waits: waits.join(','),
    timeoutMs: Math.max(200, Math.round(5_000 * part)),
    leaseMs: Math.max(700, Math.round(10_000 * part)),
    everyMs: Math.max(50, Math.round(500 * part)),
  };
}
