import type {
  MessageDeletedView,
  MessageView,
  ReactionsChangedView,
  SyncedChat,
  SyncedView,
} from '../../src/contract/index.js';
import type { Client } from './world.js';

/** A change of a chat, as events and acks bring it. */
type Change =
  | { kind: 'message'; chatId: number; version: number; message: MessageView }
  | { kind: 'deleted'; chatId: number; version: number; deleted: MessageDeletedView }
  | { kind: 'reactions'; chatId: number; version: number; reactions: ReactionsChangedView };

interface LocalChat {
  version: number;
  messages: Map<number, MessageView>;
  /** Whether sync has more pages: until then events are kept aside. */
  paging: boolean;
  /** Heard ahead of what is missing. */
  ahead: Map<number, Change>;
}

/**
 * What a careful client keeps: applies events in the order of versions, and calls `sync` when it sees a gap or
 * has reconnected. Its state is to end equal to the database's.
 */
export class Replica {
  readonly chats = new Map<number, LocalChat>();
  /** Versions applied twice or out of order: none, ever. */
  readonly faults: string[] = [];
  syncs = 0;

  constructor(private readonly userId: number) {}

  listen(client: Client): void {
    const { socket } = client;
    socket.on('newMessage', (message: MessageView) => this.hear(ofMessage(message)));
    socket.on('messageEdited', (message: MessageView) => this.hear(ofMessage(message)));
    socket.on('messageDeleted', (deleted: MessageDeletedView) =>
      this.hear({ kind: 'deleted', ...deleted, deleted }),
    );
    socket.on('reactionsChanged', (reactions: ReactionsChangedView) =>
      this.hear({ kind: 'reactions', ...reactions, reactions }),
    );
  }

  /** Catches up until the server says that nothing is left. */
  async catchUp(client: Client): Promise<void> {
    for (let more = true; more;) {
      const versions = Object.fromEntries([...this.chats].map(([chatId, { version }]) => [chatId, version]));
      const synced = await client.ok<SyncedView>('sync', { userId: this.userId, versions });
      this.syncs++;
      for (const page of synced.chats) this.apply(page);
      for (const chatId of synced.gone) this.chats.delete(chatId);
      more = synced.more;
    }
  }

  /** Whether something is missing that an event has told of. */
  get hasGap(): boolean {
    return [...this.chats.values()].some(({ ahead }) => ahead.size > 0);
  }

  private apply({ chat, messages, upTo, reset, more }: SyncedChat): void {
    const local = this.local(chat.id);
    local.paging = more;
    if (reset) local.messages.clear();
    let last = 0;
    for (const message of messages) {
      if (message.version <= last) this.faults.push(`sync out of order: ${message.version} after ${last}`);
      last = message.version;
      const known = local.messages.get(message.id);
      if (!known || known.version <= message.version) local.messages.set(message.id, message);
    }
    local.version = reset ? upTo : Math.max(local.version, upTo);
    this.applyAhead(local);
  }

  private hear(change: Change): void {
    const local = this.local(change.chatId);
    if (change.version <= local.version) return;
    local.ahead.set(change.version, change);
    this.applyAhead(local);
  }

  private applyAhead(local: LocalChat): void {
    if (local.paging) return;
    for (const version of local.ahead.keys()) if (version <= local.version) local.ahead.delete(version);
    for (let next = local.ahead.get(local.version + 1); next; next = local.ahead.get(local.version + 1)) {
      local.ahead.delete(next.version);
      local.version = next.version;
      this.perform(local, next);
    }
  }

  private perform(local: LocalChat, change: Change): void {
    switch (change.kind) {
      case 'message':
        local.messages.set(change.message.id, change.message);
        return;
      case 'deleted': {
        const known = local.messages.get(change.deleted.messageId);
        if (!known) return;
        const { version } = change;
        local.messages.set(known.id, { ...known, version, content: '', metadata: null, reactions: [] });
        return;
      }
      case 'reactions': {
        const known = local.messages.get(change.reactions.messageId);
        if (known) local.messages.set(known.id, { ...known, ...change.reactions, id: known.id });
        return;
      }
    }
  }

  private local(chatId: number): LocalChat {
    let local = this.chats.get(chatId);
    if (!local)
      this.chats.set(chatId, (local = { version: 0, messages: new Map(), paging: false, ahead: new Map() }));
    return local;
  }
}

function ofMessage(message: MessageView): Change {
  return { kind: 'message', chatId: message.chatId, version: message.version, message };
}
