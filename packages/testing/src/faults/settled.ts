export interface Patience {
  /** So long nothing may have passed. Milliseconds; left out: 100. */
  quietMs?: number;
  /** After so long it gives up. Milliseconds; left out: 10,000. */
  withinMs?: number;
}

/** What is under way, as text (null: nothing), and how long ago something passed. */
interface State {
  pending: string | null;
  quietMs: number;
}

const POLL_MS = 10;

/** @throws Error that says what is still under way */
export async function untilSettled(
  look: () => State,
  { quietMs = 100, withinMs = 10_000 }: Patience = {},
): Promise<void> {
  for (const end = Date.now() + withinMs; ;) {
    const state = look();
    if (state.pending === null && state.quietMs >= quietMs) return;
    if (Date.now() > end) {
      const why = state.pending ?? `something passed ${state.quietMs} ms ago`;
      throw new Error(`Not settled after ${withinMs} ms: ${why}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
