import { useEffect, useRef } from 'react';

/** The longest that a timer waits. */
const MOST_MS = 2_147_483_647;

/** Does something after so many milliseconds; null: never. */
export function useAt(inMs: number | null, work: () => void): void {
  const todo = useRef(work);
  todo.current = work;
  const at = inMs === null ? null : Date.now() + Math.max(0, inMs);
  // A second more or less is the same moment: the timer is not begun again with each drawing.
  const moment = at === null ? null : Math.round(at / 1_000);
  useEffect(() => {
    if (at === null) return undefined;
    const timer = setTimeout(() => todo.current(), Math.min(at - Date.now() + 20, MOST_MS));
    return () => clearTimeout(timer);
  }, [moment]);
}
