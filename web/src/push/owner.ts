/** Where this browser keeps whose pushes it gets, by id: it has one subscription, and tabs may be different people. */
const OWNER = 'chat:push';

/** Whether this browser gets the pushes of this person. */
export function isPushed(me: number): boolean {
  try {
    return localStorage.getItem(OWNER) === String(me);
  } catch {
    return false;
  }
}

/** From now on it gets the pushes of this person; null: of nobody. */
export function setPushed(me: number | null): void {
  if (me === null) localStorage.removeItem(OWNER);
  else localStorage.setItem(OWNER, String(me));
}
