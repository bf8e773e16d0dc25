import type { ChatClient } from '@chat-api/client';

/** Somebody who has touched nothing for so long is not at this device, in milliseconds. */
const TOUCHED_MS = 120_000;
/** The server believes it for two minutes. */
const SAY_EVERY_MS = 60_000;
const TOUCHES = ['keydown', 'pointerdown', 'wheel', 'pointermove', 'touchstart'] as const;

/** Says to the server whether this device is used right now, until it is called off: who uses one gets no push. */
export function sayActivity(client: ChatClient): () => void {
  let touchedAt = Date.now();
  let said = false;
  const say = () => {
    const active = document.visibilityState === 'visible' && Date.now() - touchedAt < TOUCHED_MS;
    if (client.connection.get().state !== 'live' || (!active && !said)) return;
    said = active;
    // Nothing depends on it but a push too many.
    client.call('setActive', { active }).catch(() => undefined);
  };
  const touched = () => {
    const wasAway = Date.now() - touchedAt >= TOUCHED_MS;
    touchedAt = Date.now();
    if (wasAway) say();
  };
  const seen = () => {
    touchedAt = Date.now();
    say();
  };
  // A new connection knows nothing of it.
  let state = '';
  const connected = () => {
    const before = state;
    state = client.connection.get().state;
    if (state !== before && state === 'live') say();
  };
  const stop = client.connection.subscribe(connected);
  const timer = setInterval(say, SAY_EVERY_MS);
  document.addEventListener('visibilitychange', seen);
  for (const name of TOUCHES) addEventListener(name, touched, { passive: true });
  connected();
  return () => {
    stop();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', seen);
    for (const name of TOUCHES) removeEventListener(name, touched);
  };
}
