/** Where this browser keeps whom it is told about, by id: it has one subscription, and tabs may be different people. */
const OWNER = 'chat:push';

/** Whether this browser is told of what this person gets. */
export function isTold(me: number): boolean {
  try {
    return localStorage.getItem(OWNER) === String(me);
  } catch {
    return false;
  }
}

/** From now on it is told of what this person gets; null: of nothing. */
export function tell(me: number | null): void {
  if (me === null) localStorage.removeItem(OWNER);
  else localStorage.setItem(OWNER, String(me));
}
