import type {
  ChatClearedView,
  ChatView,
  MemberRemovedView,
  MembersAddedView,
  MembersPage,
  MemberUpdatedView,
  MemberView,
  MessageDeletedView,
  MessageHiddenView,
  MessageView,
  ReactionsChangedView,
  SyncedChat,
  SyncedView,
} from '../../src/contract/index.js';
import type { Client } from './world.js';

/** A change of a chat from an event or an ack. */
type Change =
  | { kind: 'message'; chatId: number; version: number; message: MessageView }
  | { kind: 'deleted'; chatId: number; version: number; deleted: MessageDeletedView }
  | { kind: 'reactions'; chatId: number; version: number; reactions: ReactionsChangedView }
  | { kind: 'chat'; chatId: number; version: number; chat: ChatView }
  | { kind: 'added'; chatId: number; version: number; added: MembersAddedView }
  | { kind: 'removed'; chatId: number; version: number; removed: MemberRemovedView }
  | { kind: 'role'; chatId: number; version: number; updated: MemberUpdatedView };

interface LocalChat {
  version: number;
  /** The view of the chat; null: not known yet. */
  shown: Pick<ChatView, 'title' | 'avatarUrl' | 'metadata' | 'historyVisible' | 'memberCount'> | null;
  /** Groups: the members by id, and the membersVersion up to which they are complete; 0: not known. */
  members: Map<number, MemberView['role']>;
  membersVersion: number;
  /** The largest membersVersion of all events. */
  wanted: number;
  messages: Map<number, MessageView>;
  /** Messages that the user deleted for themselves. Kept: later changes of them still come. */
  hidden: Set<number>;
  /** The user cleared the chat up to this seq. Kept: what was on its way before still comes. */
  clearedSeq: number;
  /** Whether sync has more pages: until then events are kept aside. */
  paging: boolean;
  /** Changes after a gap. */
  ahead: Map<number, Change>;
}

/**
 * The state of a careful client: it applies events in the order of versions, and calls `sync` when it sees a gap or has
 * reconnected. At the end its state must equal the database's.
 */
export class Replica {
  readonly chats = new Map<number, LocalChat>();
  /** Versions that sync brought twice, out of order or beyond the end of its page. There must be none. */
  readonly faults: string[] = [];
  syncs = 0;
  private since: string | undefined;

  constructor(private readonly userId: number) {}

  listen(client: Client): void {
    const { socket } = client;
    socket.on('newMessage', (message: MessageView) => this.hear(ofMessage(message)));
    socket.on('messageEdited', (message: MessageView) => this.hear(ofMessage(message)));
    socket.on('messageDeleted', (deleted: MessageDeletedView) =>
      this.hear({ kind: 'deleted', ...deleted, deleted }),
    );
    socket.on('messageHidden', ({ chatId, messageId }: MessageHiddenView) => this.hide(chatId, messageId));
    socket.on('chatCleared', ({ chatId, seq }: ChatClearedView) => this.clear(chatId, seq));
    socket.on('reactionsChanged', (reactions: ReactionsChangedView) =>
      this.hear({ kind: 'reactions', ...reactions, reactions }),
    );
    socket.on('chatUpdated', (chat: ChatView) => this.hear({ kind: 'chat', ...chat, chat }));
    socket.on('membersAdded', (added: MembersAddedView) => this.hear({ kind: 'added', ...added, added }));
    socket.on('memberUpdated', (updated: MemberUpdatedView) =>
      this.hear({ kind: 'role', ...updated, updated }),
    );
    socket.on('memberRemoved', (removed: MemberRemovedView) => {
      if (removed.userId !== this.userId) this.hear({ kind: 'removed', ...removed, removed });
      else if ((this.chats.get(removed.chatId)?.version ?? 0) < removed.version)
        this.chats.delete(removed.chatId);
    });
  }

  /** Syncs until the server says that nothing is left. */
  async catchUp(client: Client): Promise<void> {
    for (let more = true; more;) {
      const versions = Object.fromEntries([...this.chats].map(([chatId, { version }]) => [chatId, version]));
      const synced = await client.ok<SyncedView>('sync', {
        userId: this.userId,
        versions,
        since: this.since,
      });
      this.syncs++;
      this.since = synced.at;
      for (const page of synced.chats) {
        this.apply(page);
        if (page.chat.type === 'group') await this.readMembers(client, page.chat);
      }
      for (const { chatId, messageId } of synced.hidden) this.hide(chatId, messageId);
      for (const chatId of synced.gone) this.chats.delete(chatId);
      more = synced.more;
    }
  }

  /** No change of the chat: it is applied at once, whatever is missing. */
  hide(chatId: number, messageId: number): void {
    const local = this.chats.get(chatId);
    local?.hidden.add(messageId);
    local?.messages.delete(messageId);
  }

  /** No change of the chat either. */
  private clear(chatId: number, seq: number): void {
    const local = this.local(chatId);
    local.clearedSeq = Math.max(local.clearedSeq, seq);
    for (const message of local.messages.values())
      if (message.seq <= local.clearedSeq) local.messages.delete(message.id);
  }

  /** Whether a change is missing that an event has shown to exist. */
  get hasGap(): boolean {
    return [...this.chats.values()].some(({ ahead }) => ahead.size > 0);
  }

  /** Fetches the members of a group unless they are up to date. If the list changes between pages, it starts again. */
  private async readMembers(client: Client, { id: chatId, membersVersion }: ChatView): Promise<void> {
    const local = this.local(chatId);
    local.wanted = Math.max(local.wanted, membersVersion);
    while (local.membersVersion < local.wanted) {
      const members = new Map<number, MemberView['role']>();
      const versions = new Set<number>();
      for (let more = true, after = 0; more;) {
        const answer = await client.ask('getMembers', { chatId, userId: this.userId, after, limit: 3 });
        // Removed meanwhile: the next sync will show it.
        if (!answer.ok) return;
        const page = answer.data as MembersPage;
        for (const { userId, role } of page.members) members.set(userId, role);
        versions.add(page.membersVersion);
        after = page.members.at(-1)?.userId ?? 0;
        ({ more } = page);
      }
      const [version = 0] = versions;
      if (versions.size > 1) continue;
      if (version > local.membersVersion) Object.assign(local, { members, membersVersion: version });
    }
  }

  private apply({ chat, messages, upTo, reset, more }: SyncedChat): void {
    const local = this.local(chat.id);
    local.paging = more;
    if (reset) local.messages.clear();
    let last = 0;
    for (const message of messages) {
      if (message.version <= last || message.version > upTo)
        this.faults.push(`sync has version ${message.version} after ${last}, up to ${upTo}`);
      last = message.version;
      put(local, message);
    }
    if (reset || upTo >= local.version) {
      local.shown = chat;
      local.version = upTo;
    }
    this.applyAhead(local);
  }

  /** An event with `changed: false` is no change: its version is one that the chat has had. */
  private hear(change: Change & { changed?: false }): void {
    if (change.changed === false) return;
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
        put(local, change.message);
        return;
      case 'deleted': {
        const known = local.messages.get(change.deleted.messageId);
        if (!known) return;
        const { version, deletedAt } = change.deleted;
        const nothing = { content: '', metadata: null, reactions: [] };
        local.messages.set(known.id, { ...known, ...nothing, version, deletedAt });
        return;
      }
      case 'reactions': {
        const known = local.messages.get(change.reactions.messageId);
        if (known) local.messages.set(known.id, { ...known, ...change.reactions, id: known.id });
        return;
      }
      case 'chat':
        local.shown = change.chat;
        return;
      case 'added':
        this.ofMembers(local, change.added, (members) => {
          for (const userId of change.added.userIds) members.set(userId, 'member');
        });
        return;
      case 'removed':
        this.ofMembers(local, change.removed, (members) => members.delete(change.removed.userId));
        return;
      case 'role':
        this.ofMembers(local, change.updated, (members) =>
          members.set(change.updated.userId, change.updated.role),
        );
        return;
    }
  }

  /** Members may have been read later than this. */
  private ofMembers(
    local: LocalChat,
    { membersVersion, memberCount }: Pick<MembersAddedView, 'membersVersion' | 'memberCount'>,
    apply: (members: LocalChat['members']) => unknown,
  ): void {
    if (local.shown) local.shown = { ...local.shown, memberCount };
    local.wanted = Math.max(local.wanted, membersVersion);
    if (membersVersion !== local.membersVersion + 1) return;
    apply(local.members);
    local.membersVersion = membersVersion;
  }

  private local(chatId: number): LocalChat {
    let local = this.chats.get(chatId);
    if (!local)
      this.chats.set(
        chatId,
        (local = {
          version: 0,
          shown: null,
          members: new Map(),
          membersVersion: 0,
          wanted: 0,
          messages: new Map(),
          hidden: new Set(),
          clearedSeq: 0,
          paging: false,
          ahead: new Map(),
        }),
      );
    return local;
  }
}

function put({ messages, hidden, clearedSeq }: LocalChat, message: MessageView): void {
  if (hidden.has(message.id) || message.seq <= clearedSeq) return;
  const known = messages.get(message.id);
  if (!known || known.version <= message.version) messages.set(message.id, message);
}

function ofMessage(message: MessageView): Change {
  return { kind: 'message', chatId: message.chatId, version: message.version, message };
}
