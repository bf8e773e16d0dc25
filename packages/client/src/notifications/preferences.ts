import type { ChatClient } from '../chat.js';
import type { Commands, Preferences } from '../contract.gen.js';
import { whenLive } from '../live.js';
import { Batch, Cell, type Readable } from '../store/readable.js';

/** What a person wants to be told of; null: not known yet. */
export interface OwnPreferences extends Readable<Preferences | null> {
  /**
   * Changes some of it.
   *
   * @throws ChatError
   */
  update: (change: Omit<Commands['updatePreferences']['input'], 'userId'>) => Promise<void>;
}

const known = new WeakMap<ChatClient, OwnPreferences>();

/** The preferences of a client's person. They are read when somebody first listens, and after each reconnect. */
export function preferencesOf(client: ChatClient): OwnPreferences {
  const there = known.get(client);
  if (there) return there;
  let value: Preferences | null = null;
  let isUsed = false;
  const cell = new Cell<Preferences | null>(
    new Batch(),
    () => value,
    (used) => used && begin(),
  );
  const show = (next: Preferences | null) => {
    value = next;
    cell.invalidate();
  };
  const read = async () => {
    try {
      show(await client.call('getPreferences', {}));
    } catch {
      // They are read after the next reconnect; what is known stays.
    }
  };
  function begin(): void {
    if (isUsed) return;
    isUsed = true;
    client.on('event', ({ name, body }) => {
      if (name === 'preferencesChanged') show(body);
    });
    client.me.subscribe(() => {
      if (value && value.userId !== client.me.get()?.id) show(null);
    });
    whenLive(client, () => void read());
  }
  const preferences: OwnPreferences = {
    get: () => cell.get(),
    subscribe: (listener) => cell.subscribe(listener),
    update: async (change) => show(await client.call('updatePreferences', change)),
  };
  known.set(client, preferences);
  return preferences;
}
