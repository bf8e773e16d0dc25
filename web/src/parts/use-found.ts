import { useEffect } from 'react';
import { more } from '../text/en-more';
import { announce } from './announcer';

/** Who types on is not told. */
const SAID_AFTER_MS = 600;

/** Says to readers how many were found by what somebody seeks; null: not known yet. */
export function useFound(q: string, found: number | null): void {
  const sought = q.trim();
  useEffect(() => {
    if (sought === '' || found === null) return undefined;
    const timer = setTimeout(() => announce(more.found(found)), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [sought, found]);
}
