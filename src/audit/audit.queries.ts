import type { AuditAction } from '../contract/index.js';
import { statement } from '../database/statement.js';

interface NewEntry {
  actorId: number | null;
  action: AuditAction;
  userId: number | null;
  chatId: number | null;
  details: Record<string, unknown>;
}

/** `$1` actor or null, `$2` action, `$3` user or null, `$4` chat or null, `$5` details: adds an entry. */
export const addAuditEntry = statement.count({
  name: 'audit.add',
  text: `
    INSERT INTO audit_entries ("actorId", action, "userId", "chatId", details) VALUES ($1, $2, $3, $4, $5::jsonb)`,
  values: ({ actorId, action, userId, chatId, details }: NewEntry) => [
    actorId,
    action,
    userId,
    chatId,
    JSON.stringify(details),
  ],
});

/** `$1` days, `$2` limit: removes entries that are older, and skips what others are removing. */
export const removeOldAuditEntries = statement.count({
  name: 'audit.removeOld',
  text: `
    DELETE FROM audit_entries WHERE id IN (
      SELECT id FROM audit_entries
      WHERE at <= clock_timestamp() - make_interval(days => $1)
      ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
});
