import type { ChatClient } from './chat.js';

/**
 * Calls `live` each time the connection has become live, also now if it is, and `lost` each time it is live no more.
 *
 * @returns the way to end it
 */
export function whenLive(
  { connection }: Pick<ChatClient, 'connection'>,
  live: () => void,
  lost?: () => void,
): () => void {
  let was = false;
  const look = () => {
    const is = connection.get().state === 'live';
    if (is === was) return;
    was = is;
    if (is) live();
    else lost?.();
  };
  const end = connection.subscribe(look);
  look();
  return end;
}
