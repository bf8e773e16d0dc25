import type { AuditEntry, Erasure, Presence, User, UserSession } from '@chat-api/client';
import { useCallback, useEffect, useState } from 'react';
import { ApiError, get, sentenceOf } from '../api';
import { learn } from '../names';

/** Milliseconds between two looks at an erasure that goes on. */
const LOOK_EVERY_MS = 1_000;

export interface PersonState {
  user: User;
  presence: Presence | null;
  /** `elsewhere`: another issuer has them. */
  sessions: UserSession[] | 'elsewhere';
  /** Since when, until when and why, as far as the audit log still has it. */
  deactivation: { at: string; until: string | null; reason: string | null } | null;
  erasure: Erasure | null;
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);

async function sessionsOf(userId: number): Promise<UserSession[] | 'elsewhere'> {
  try {
    return await get<UserSession[]>(`/users/${userId}/sessions`);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NOT_CONFIGURED') return 'elsewhere';
    throw error;
  }
}

const latest = async (userId: number, action: AuditEntry['action']): Promise<AuditEntry | undefined> =>
  (await get<AuditEntry[]>('/audit', { userId, action, limit: 1 }))[0];

async function erasureOf(userId: number): Promise<Erasure | null> {
  const started = await latest(userId, 'erasureStarted');
  const id = started?.details.erasureId;
  if (typeof id !== 'number') return null;
  return get<Erasure>(`/erasures/${id}`).catch(() => null);
}

async function read(userId: number, open: boolean): Promise<PersonState> {
  const erasure = await erasureOf(userId);
  const [user, presences, sessions] = await Promise.all([
    get<User>(`/users/${userId}`),
    get<Presence[]>('/users/presence', { ids: userId }),
    // Who is erased has none, and open mode has none.
    open || erasure !== null ? [] : sessionsOf(userId),
  ]);
  learn([user]);
  const entry = user.deactivated ? await latest(userId, 'userDeactivated') : undefined;
  return {
    user,
    presence: presences[0] ?? null,
    sessions,
    erasure,
    deactivation: entry
      ? { at: entry.at, until: textOr(entry.details.until), reason: textOr(entry.details.reason) }
      : null,
  };
}

/** All that the page shows of a person, and how to read it anew. An erasure is watched until its end. */
export function usePerson(userId: number, open: boolean) {
  const [person, setPerson] = useState<PersonState | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [version, setVersion] = useState(0);
  const load = useCallback(async () => {
    try {
      setPerson(await read(userId, open));
      setFault(null);
      // What was done to them has changed, too.
      setVersion((n) => n + 1);
    } catch (error) {
      setFault(
        error instanceof ApiError && error.code === 'NOT_FOUND'
          ? `There is nobody with the id ${userId}.`
          : sentenceOf(error),
      );
    }
  }, [userId, open]);
  useEffect(() => void load(), [load]);
  const erasure = person?.erasure ?? null;
  useEffect(() => {
    if (erasure?.status !== 'running') return undefined;
    const timer = setTimeout(() => {
      get<Erasure>(`/erasures/${erasure.id}`).then(
        (next) => {
          if (next.status === 'done') void load();
          else setPerson((before) => before && { ...before, erasure: { ...next } });
        },
        () => setPerson((before) => before && { ...before, erasure: { ...erasure } }),
      );
    }, LOOK_EVERY_MS);
    return () => clearTimeout(timer);
  }, [erasure, load]);
  return { person, fault, load, version };
}
