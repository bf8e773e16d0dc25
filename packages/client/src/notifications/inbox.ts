import type { ChatClient } from '../chat.js';
import type { InboxEntry, NewInboxEntry, NotificationsPage } from '../contract.gen.js';
import { type ChatError, toChatError } from '../errors.js';
import { whenLive } from '../live.js';
import { Batch, Cell, type Readable } from '../store/readable.js';

/** Entries of a page. */
const PAGE = 30;

/** Milliseconds after something was read until it is asked what of the inbox is still unseen: the server knows of it by then. */
const AFTER_READING_MS = 500;

/** An inbox as it is known. */
export interface InboxView {
  /** The newest first. */
  items: readonly InboxEntry[];
  /** How many are not seen, at most 100. */
  unseen: number;
  /** Whether the server has older ones. */
  more: boolean;
  loading: boolean;
  /** Why the last question failed; it is asked again after the next reconnect. */
  error: ChatError | null;
}

/** A person's inbox: mentions, replies, reactions, groups that they were added to. */
export interface Inbox extends Readable<InboxView> {
  /** Reads older ones. Never rejects: `error` says why it failed. */
  loadMore: () => Promise<void>;
  /**
   * Marks all that is known as seen, here at once and on the other devices.
   *
   * @throws ChatError
   */
  markSeen: () => Promise<void>;
}

/** As it is before anything is known. */
export const emptyInbox: InboxView = { items: [], unseen: 0, more: false, loading: false, error: null };

const inboxes = new WeakMap<ChatClient, Inbox>();

/** The inbox of a client, always the same one. It is read when somebody first listens, and after each reconnect. */
export function inboxOf(client: ChatClient): Inbox {
  let inbox = inboxes.get(client);
  if (!inbox) inboxes.set(client, (inbox = new ClientInbox(client)));
  return inbox;
}

class ClientInbox implements Inbox {
  readonly #client: ChatClient;
  readonly #cell: Cell<InboxView>;
  #view = emptyInbox;
  /** Whose it is. */
  #owner: number | null = null;
  /** Where older ones begin; null: there are none. */
  #next: number | null = null;
  #isUsed = false;
  /** Rises with each question that makes earlier ones out of date. */
  #round = 0;
  /** The newest one when the connection was last lost: what came after it may be missing. */
  #lastLive: number | undefined;
  #afterReading: ReturnType<typeof setTimeout> | undefined;
  /** Entries that were told while the newest page is asked for: it may not have them. */
  #told: InboxEntry[] | null = null;

  constructor(client: ChatClient) {
    this.#client = client;
    this.#cell = new Cell(
      new Batch(),
      () => this.#view,
      (used) => used && this.#begin(),
    );
  }

  get = (): InboxView => this.#cell.get();

  subscribe = (listener: () => void): (() => void) => this.#cell.subscribe(listener);

  loadMore = async (): Promise<void> => {
    const before = this.#next;
    if (before === null || this.#view.loading) return;
    const round = this.#round;
    const page = await this.#ask({ limit: PAGE, before });
    if (!page || round !== this.#round) return;
    this.#next = page.next;
    this.#show({ items: merged(this.#view.items, page.notifications), more: page.next !== null });
  };

  markSeen = async (): Promise<void> => {
    const [newest] = this.#view.items;
    if (!newest || this.#view.unseen === 0) return;
    const upToId = newest.id;
    this.#seen(upToId, 0);
    try {
      const { unseen } = await this.#client.call('markNotificationsSeen', { upToId });
      // What was told meanwhile has said how many there are.
      if (this.#view.items[0]?.id === upToId) this.#show({ unseen });
    } catch (error) {
      if (this.#client.connection.get().state === 'live') void this.#reload(this.#view.items[0]?.id);
      throw toChatError(error);
    }
  };

  /** From now on until the end of the client: it costs a listener. */
  #begin(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.#client.on('event', ({ name, body }) => {
      if (name === 'notification') this.#hear(body);
      if (name === 'notificationsSeen') this.#seen(body.upToId, body.unseen);
    });
    let unread = this.#client.unread.get().total;
    this.#client.unread.subscribe(() => {
      const before = unread;
      unread = this.#client.unread.get().total;
      if (unread < before) this.#somethingRead();
    });
    const seeWhose = () => this.#ownedBy(this.#client.me.get()?.id ?? null);
    this.#client.me.subscribe(seeWhose);
    seeWhose();
    whenLive(
      this.#client,
      () => {
        // It may be told later than that the connection is live, and then nobody would ask again.
        seeWhose();
        void this.#reload(this.#lastLive);
      },
      () => (this.#lastLive = this.#view.items[0]?.id),
    );
  }

  /** Here or on another device: what was read is seen. */
  #somethingRead(): void {
    if (this.#view.unseen === 0) return;
    clearTimeout(this.#afterReading);
    this.#afterReading = setTimeout(() => {
      if (this.#client.connection.get().state === 'live') void this.#reload(this.#view.items[0]?.id);
    }, AFTER_READING_MS);
  }

  #ownedBy(owner: number | null): void {
    if (this.#owner === owner) return;
    this.#owner = owner;
    this.#round++;
    this.#next = null;
    this.#told = null;
    this.#lastLive = undefined;
    this.#show(emptyInbox);
  }

  /** `joins`: the newest one of which all older ones were known, as far as they were read. */
  async #reload(joins: number | undefined): Promise<void> {
    const round = ++this.#round;
    const told: InboxEntry[] = (this.#told = []);
    const page = await this.#ask({ limit: PAGE });
    if (round !== this.#round) return;
    this.#told = null;
    if (!page) return;
    const missing = told.filter(({ id }) => page.notifications.every((one) => one.id !== id));
    const newest = merged(missing, page.notifications);
    const end = newest.at(-1)?.id ?? 0;
    const older = this.#view.items.filter(({ id }) => id < end);
    // What is known goes on where the page ends, unless there is a gap between them.
    const isWhole =
      older.length > 0 && page.next !== null && page.notifications.some(({ id }) => id === joins);
    if (!isWhole) this.#next = page.next;
    this.#show({
      items: isWhole ? [...newest, ...older] : newest,
      unseen: Math.min(100, page.unseen + missing.length),
      more: this.#next !== null,
    });
  }

  async #ask(input: { limit: number; before?: number }): Promise<NotificationsPage | null> {
    const round = this.#round;
    this.#show({ loading: true, error: null });
    try {
      const page = await this.#client.call('getNotifications', input);
      if (round === this.#round) this.#show({ loading: false });
      return page;
    } catch (error) {
      if (round === this.#round) this.#show({ loading: false, error: toChatError(error) });
      return null;
    }
  }

  #hear({ unseen, total: _, totalUnmuted: __, ...entry }: NewInboxEntry): void {
    this.#told?.push(entry);
    this.#show({ items: merged(this.#view.items, [entry]), unseen });
  }

  #seen(upToId: number, unseen: number): void {
    const seenAt = new Date(this.#client.now()).toISOString();
    const items = this.#view.items.map((one) =>
      one.id <= upToId && one.seenAt === null ? { ...one, seenAt } : one,
    );
    this.#show({ items, unseen });
  }

  #show(changed: Partial<InboxView>): void {
    this.#view = { ...this.#view, ...changed };
    this.#cell.invalidate();
  }
}

/** Both, the newest first, each once: as the second one has it. */
function merged(one: readonly InboxEntry[], other: readonly InboxEntry[]): InboxEntry[] {
  const all = new Map([...one, ...other].map((entry) => [entry.id, entry]));
  return [...all.values()].sort((a, b) => b.id - a.id);
}
