import type { AuditEntry } from '@chat-api/client';
import { useCallback, useEffect, useState } from 'react';
import { get, sentenceOf } from '../api';

const PAGE = 50;

export interface Asked {
  userId?: number | undefined;
  action?: string | undefined;
}

/** Entries of the audit log, the latest first, a page at a time. */
export function useAudit({ userId, action }: Asked) {
  const [entries, setEntries] = useState<AuditEntry[] | null>(null);
  const [more, setMore] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const load = useCallback(
    async (before?: number) => {
      setFault(null);
      try {
        const page = await get<AuditEntry[]>('/audit', { userId, action, before, limit: PAGE });
        setEntries((shown) => [...(before === undefined ? [] : (shown ?? [])), ...page]);
        setMore(page.length === PAGE);
      } catch (error) {
        setFault(sentenceOf(error));
      }
    },
    [userId, action],
  );
  useEffect(() => {
    setEntries(null);
    void load();
  }, [load]);
  return { entries, more, fault, load, loadMore: () => load(entries?.at(-1)?.id) };
}
