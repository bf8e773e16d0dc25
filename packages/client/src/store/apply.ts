import type {
  ChatListItem,
  Events,
  Member,
  Message,
  MessagesPage,
  Reaction,
  ReplyTo,
  Synced,
  SyncedChat,
  Watermark,
} from '../contract.gen.js';
import { indexOf, merge, messageAt, put, type Range, rangeAt, remove, thinned } from './ranges.js';
import {
  type Change,
  type ChangeName,
  type ChatState,
  chatOf,
  liveRange,
  marksOf,
  raise,
  type State,
} from './state.js';

/** What of a chat, or of everything, has changed, so that its readers look again. */
export type Part =
  'item' | 'messages' | 'members' | 'typing' | 'marks' | 'list' | 'unread' | 'users' | 'presence';

/** What applying needs to tell the rest of the client. It tells, and asks nothing. */
export interface Listener {
  touched(part: Part, id?: number): void;
  /** A message of this person is in the chat: its pending twin can go. */
  stored(message: Message): void;
  /** Something is known to exist of which nothing is here: a `sync` brings it. */
  missing(): void;
  /** A change is kept aside, because the one before it has not come. */
  gap(chat: ChatState): void;
  /** Everything of the chat up to this version is applied. */
  applied(chatId: number, version: number): void;
  /** The chat is no longer there for this person. */
  gone(chatId: number): void;
  /** The messages that were loaded of this chat are no longer: it has changed too much. */
  reset(chatId: number): void;
  /** For `mention` and `message` of the face. */
  arrived(message: Message, mentioned: boolean): void;
}

const CHANGES: ReadonlySet<string> = new Set<ChangeName>([
  'newMessage',
  'messageEdited',
  'messageDeleted',
  'reactionsChanged',
  'chatUpdated',
  'membersAdded',
  'memberRemoved',
  'memberUpdated',
]);

/** The events without a version of their own that change what is here. Others are answers, or for the connection. */
type NoteName =
  | 'newChat'
  | 'chatDeleted'
  | 'chatCleared'
  | 'messageHidden'
  | 'messageSeen'
  | 'messageDelivered'
  | 'membershipUpdated'
  | 'unreadCount'
  | 'userTyping'
  | 'userStatus'
  | 'userUpdated'
  | 'blockChanged';
type Note = { [N in NoteName]: { name: N; body: Events[N] } }[NoteName];

/** How long the beginning of a message is that its replies show, in characters. */
const EXCERPT = 160;

/**
 * Changes the state by what the server says. These are the rules of docs/guides/sync.md; no socket, no timer and no
 * promise is here. State is changed in place: what it costs depends on the change and not on what is there.
 */
export class Applier {
  readonly #tell: Listener;

  constructor(
    readonly state: State,
    tell: Listener,
  ) {
    this.#tell = tell;
  }

  /** What is heard while a `sync` is under way waits for its answer, which may be older or newer. */
  #held: [name: keyof Events, body: never][] | null = null;

  /** A `sync` begins. */
  hold(): void {
    this.#held ??= [];
  }

  /** The answer to `sync` is applied, or there is none. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [name, body] of held) this.hear(name, body);
  }

  /** An event of a socket, or the answer to a command as the event that it stands for. */
  hear<N extends keyof Events>(name: N, body: Events[N]): void {
    if (this.#held) this.#held.push([name, body as never]);
    else if (CHANGES.has(name)) this.#change({ name, body } as Change);
    else this.#note(name, body);
  }

  // ---- changes: by version ----

  #change(change: Change): void {
    const { body, name } = change;
    const chat = this.state.chats.get(body.chatId);
    if (name === 'memberRemoved' && body.userId === this.state.me?.id) {
      if (chat && chat.version < body.version && !isUnchanged(body)) this.forget(body.chatId);
      return;
    }
    if (isUnchanged(body)) return;
    if (!chat) {
      // A chat that is not in the part of the list that was read comes into it by a message.
      if (name === 'newMessage') this.#tell.missing();
      return;
    }
    if (body.version <= chat.version) {
      if (name === 'newMessage') this.#settle(body);
      return;
    }
    chat.ahead.set(body.version, change);
    this.#drain(chat);
    if (chat.ahead.size > 0) this.#tell.gap(chat);
  }

  #drain(chat: ChatState): void {
    if (chat.paging) return;
    const before = chat.version;
    for (let next = chat.ahead.get(chat.version + 1); next; next = chat.ahead.get(chat.version + 1)) {
      chat.ahead.delete(next.body.version);
      chat.version = next.body.version;
      if (chat.reading > 0) chat.heard.push(next);
      this.#perform(chat, next);
    }
    if (chat.version > before) this.#tell.applied(chat.id, chat.version);
  }

  #perform(chat: ChatState, change: Change): void {
    const { item } = chat;
    switch (change.name) {
      case 'newMessage': {
        const message = change.body;
        this.#content(chat, change);
        chat.lastSeq = Math.max(chat.lastSeq, message.seq);
        item.lastMessage = this.#known(chat, message.seq) ?? message;
        item.lastActivityAt = message.createdAt;
        chat.cleared = false;
        if (message.senderId !== null && chat.typing.delete(message.senderId))
          this.#tell.touched('typing', chat.id);
        this.#count(chat, message);
        this.#tell.touched('item', chat.id);
        this.#tell.touched('list');
        return;
      }
      case 'messageDeleted':
        this.#content(chat, change);
        // What is gone is no longer unread. Where not all of it is known, the server says how much is left.
        if (change.body.seq > item.unreadSeq) this.#recount(chat, {});
        return;
      case 'messageEdited':
      case 'reactionsChanged':
        this.#content(chat, change);
        return;
      case 'chatUpdated': {
        const { id: _id, chatId: _chatId, ...shown } = change.body;
        Object.assign(item, shown);
        break;
      }
      case 'membersAdded': {
        const { userIds, users = [], joinedAt } = change.body;
        const named = new Map(users.map((user) => [user.userId, user]));
        this.#ofMembers(chat, change.body, (members) => {
          for (const userId of userIds) {
            const { name = null, avatarUrl = null } = named.get(userId) ?? {};
            const role = 'member' as const;
            members.set(userId, { userId, role, readSeq: 0, deliveredSeq: 0, joinedAt, name, avatarUrl });
          }
        });
        break;
      }
      case 'memberRemoved':
        chat.marks.delete(change.body.userId);
        chat.typing.delete(change.body.userId);
        this.#ofMembers(chat, change.body, (members) => members.delete(change.body.userId));
        break;
      case 'memberUpdated': {
        const { userId, role } = change.body;
        if (userId === this.state.me?.id) item.role = role;
        this.#ofMembers(chat, change.body, (members) => {
          const known = members.get(userId);
          if (known) members.set(userId, { ...known, role });
        });
        break;
      }
    }
    this.#tell.touched('item', chat.id);
    this.#tell.touched('list');
  }

  /** The part of a change that is about messages: harmless to do again, since a message only gets newer. */
  #content(chat: ChatState, change: Change): void {
    switch (change.name) {
      case 'newMessage': {
        const message = change.body;
        const last = chat.ranges.at(-1);
        const next = last !== undefined && message.seq === last.to + 1;
        if (next) last.to = message.seq;
        this.#store(chat, message, next);
        this.#settle(message);
        return;
      }
      case 'messageEdited':
        this.#store(chat, change.body);
        return;
      case 'messageDeleted': {
        const { messageId, seq, version, deletedAt } = change.body;
        const nothing = { content: '', metadata: null, reactions: [], version, deletedAt };
        if (chat.hidden.has(messageId)) chat.hidden.set(messageId, { seq, unread: false });
        this.#quote(chat, messageId, { excerpt: '', deleted: true });
        this.#replace(chat, messageId, seq, (known) => ({ ...known, ...nothing }));
        return;
      }
      case 'reactionsChanged': {
        const { messageId, seq, version } = change.body;
        this.#replace(chat, messageId, seq, (known) => ({
          ...known,
          version,
          reactions: this.#reactions(change.body.reactions, known.reactions, change.body),
        }));
        return;
      }
      case 'chatUpdated':
      case 'membersAdded':
      case 'memberRemoved':
      case 'memberUpdated':
        return;
    }
  }

  #settle(message: Message): void {
    if (message.clientId !== null && message.senderId === this.state.me?.id) this.#tell.stored(message);
  }

  /**
   * Puts a whole message into the range that covers it, and into the list where it is the last one. Where a range has a
   * hole, the message is one that this person deleted for themselves: only one that is `new` fills it.
   */
  #store(chat: ChatState, message: Message, isNew = false): void {
    if (chat.hidden.has(message.id)) return;
    const known = this.#known(chat, message.seq);
    if (known && known.version > message.version) return;
    const whole = this.#whole(chat, message, known);
    const { content, deletedAt } = message;
    if (message.editedAt ?? deletedAt)
      this.#quote(chat, message.id, { excerpt: excerptOf(content), deleted: deletedAt !== null });
    const last = chat.item.lastMessage;
    if (last?.id === message.id && last.version <= message.version) {
      chat.item.lastMessage = whole;
      this.#tell.touched('item', chat.id);
    }
    const range = known || isNew ? rangeAt(chat.ranges, message.seq) : undefined;
    if (!range || !put(range, whole)) return;
    chat.seqs.set(message.id, message.seq);
    this.#tell.touched('messages', chat.id);
  }

  #replace(chat: ChatState, id: number, seq: number, by: (known: Message) => Message): void {
    const known = this.#known(chat, seq) ?? (chat.item.lastMessage?.id === id ? chat.item.lastMessage : null);
    if (known?.id !== id) return;
    const changed = by(known);
    if (changed.version >= known.version) this.#store(chat, changed);
  }

  #known(chat: ChatState, seq: number): Message | undefined {
    return messageAt(chat.ranges, seq);
  }

  /** Events are the same for all members: what only this person may know is taken from what is here. */
  #whole(chat: ChatState, message: Message, known: Message | undefined): Message {
    const reactions = this.#reactions(message.reactions, known?.reactions ?? []);
    const replyTo = message.replyTo ?? known?.replyTo ?? this.#replyTo(chat, message.replyToId);
    if (message.replyToId !== null && chat.hidden.has(message.replyToId))
      return { ...message, reactions, replyTo: null };
    return { ...message, reactions, replyTo };
  }

  #replyTo(chat: ChatState, id: number | null): ReplyTo | null {
    const seq = id === null || chat.hidden.has(id) ? undefined : chat.seqs.get(id);
    const to = seq === undefined ? undefined : this.#known(chat, seq);
    if (!to) return null;
    const deleted = to.deletedAt !== null;
    return { messageId: to.id, seq: to.seq, senderId: to.senderId, excerpt: excerptOf(to.content), deleted };
  }

  /** Whether a reaction is one's own is not in events: it is what it was, unless it is this one that has changed. */
  #reactions(
    reactions: readonly Reaction[],
    before: readonly Reaction[],
    changed?: { by: number; emoji: string; added: boolean },
  ): Reaction[] {
    const me = this.state.me?.id ?? 0;
    return reactions.map((reaction) => {
      const { emoji, userIds } = reaction;
      if (reaction.mine !== undefined) return reaction;
      if (changed?.by === me && changed.emoji === emoji) return { ...reaction, mine: changed.added };
      const mine = userIds.includes(me) || (before.find((one) => one.emoji === emoji)?.mine ?? false);
      return { ...reaction, mine };
    });
  }

  /** Replies show the message that they are to; no event comes for them. */
  #quote(chat: ChatState, id: number, shown: Partial<ReplyTo> | null): void {
    for (const { messages } of chat.ranges) {
      for (const [index, message] of messages.entries()) {
        if (message.replyToId !== id || !message.replyTo) continue;
        messages[index] = { ...message, replyTo: shown && { ...message.replyTo, ...shown } };
        this.#tell.touched('messages', chat.id);
      }
    }
  }

  #count(chat: ChatState, message: Message): void {
    const { item } = chat;
    const me = this.state.me?.id;
    if (message.seq <= item.unreadSeq || !isUnreadBy(message, me)) return;
    const mentioned = mentions(message, me);
    item.unread++;
    item.unreadMentions += Number(mentioned);
    this.#shift(item, 1, Number(mentioned));
    this.#tell.arrived(message, mentioned);
  }

  #isMuted({ mutedUntil }: ChatListItem): boolean {
    return mutedUntil !== null && Date.parse(mutedUntil) > Date.now() + this.state.offset;
  }

  #ofMembers(
    chat: ChatState,
    { membersVersion, memberCount }: { membersVersion: number; memberCount: number },
    apply: (members: NonNullable<ChatState['members']>) => void,
  ): void {
    Object.assign(chat.item, { membersVersion, memberCount });
    if (chat.members && membersVersion === chat.membersVersion + 1) {
      apply(chat.members);
      chat.membersVersion = membersVersion;
    } else if (membersVersion > chat.membersVersion) chat.members = null;
    this.#tell.touched('members', chat.id);
  }

  // ---- notes: without a version of their own ----

  #note<N extends keyof Events>(name: N, body: Events[N]): void {
    const said = { name, body } as Note;
    switch (said.name) {
      case 'newChat': {
        const known = this.state.chats.get(said.body.chatId);
        if (!known || (!isUnchanged(said.body) && known.version < said.body.version)) this.#tell.missing();
        return;
      }
      case 'chatDeleted':
        this.forget(said.body.chatId);
        return;
      case 'chatCleared':
        this.#clear(said.body.chatId, said.body.seq);
        return;
      case 'messageHidden':
        this.hide(said.body.chatId, said.body.messageId, said.body.seq);
        return;
      case 'messageSeen':
        this.#mark({ ...said.body, readSeq: said.body.seq, deliveredSeq: said.body.seq });
        return;
      case 'messageDelivered':
        this.#mark({ ...said.body, readSeq: 0, deliveredSeq: said.body.seq });
        return;
      case 'membershipUpdated':
        this.#settings(said.body);
        return;
      case 'unreadCount':
        this.#unread(said.body);
        return;
      case 'userTyping': {
        const { chatId, userId, typing, expiresInMs } = said.body;
        const chat = this.state.chats.get(chatId);
        if (typing) chat?.typing.set(userId, Date.now() + expiresInMs);
        else chat?.typing.delete(userId);
        this.#tell.touched('typing', chatId);
        return;
      }
      case 'userStatus':
        this.present([said.body]);
        return;
      case 'userUpdated':
        this.people([said.body]);
        return;
      case 'blockChanged': {
        const { userId, blocked } = said.body;
        for (const chat of this.state.chats.values()) {
          if (chat.item.otherUser?.id !== userId) continue;
          // Whether one is blocked as well is not told: then a message is refused.
          Object.assign(chat.item, { blockedByMe: blocked, canSend: !blocked });
          this.#tell.touched('item', chat.id);
        }
        return;
      }
    }
  }

  /** Deletes a message for oneself. Its range still covers it, and later changes of it bring nothing back. */
  hide(chatId: number, messageId: number, seq?: number): void {
    const chat = this.state.chats.get(chatId);
    if (!chat) return;
    const at = seq ?? chat.seqs.get(messageId);
    const known = at === undefined ? undefined : this.#known(chat, at);
    if (!chat.hidden.has(messageId))
      chat.hidden.set(
        messageId,
        known ? { seq: known.seq, unread: isUnreadBy(known, this.state.me?.id) } : null,
      );
    this.#quote(chat, messageId, null);
    if (at !== undefined && this.#known(chat, at)?.id === messageId && remove(chat.ranges, at)) {
      chat.seqs.delete(messageId);
      this.#tell.touched('messages', chatId);
    }
    if (chat.item.lastMessage?.id !== messageId) return;
    chat.item.lastMessage = liveRange(chat)?.messages.at(-1) ?? null;
    this.#tell.touched('item', chatId);
  }

  /** Everything up to a seq is gone for this person; a chat without anything after it leaves the list. */
  #clear(chatId: number, seq: number): void {
    const chat = this.state.chats.get(chatId);
    if (!chat) return;
    for (const range of chat.ranges) {
      range.messages = range.messages.filter(
        (message) => message.seq > seq || (chat.seqs.delete(message.id), false),
      );
    }
    const live = liveRange(chat);
    // Nothing before it is there for this person: the live range begins at the beginning.
    if (live) chat.ranges = [{ ...live, from: live.from <= seq + 1 ? 1 : live.from }];
    else chat.ranges = chat.lastSeq <= seq ? [{ from: 1, to: chat.lastSeq, messages: [] }] : [];
    const { item } = chat;
    item.readSeq = Math.max(item.readSeq, seq);
    item.unreadSeq = Math.max(item.unreadSeq, seq);
    if (chat.lastSeq <= seq) {
      this.#shift(item, -item.unread, -item.unreadMentions);
      Object.assign(item, { unread: 0, unreadMentions: 0, lastMessage: null });
      chat.cleared = true;
    }
    this.#tell.touched('messages', chatId);
    this.#tell.touched('item', chatId);
  }

  #mark({ chatId, userId, readSeq, deliveredSeq }: Omit<Watermark, 'unread'>): void {
    const chat = this.state.chats.get(chatId);
    if (!chat) return;
    const { item } = chat;
    if (userId === this.state.me?.id) {
      if (readSeq <= item.readSeq) return;
      item.readSeq = readSeq;
      this.#tell.touched('item', chatId);
      return;
    }
    if (!raise(chat.marks, userId, { readSeq, deliveredSeq })) return;
    if (item.otherUser?.id === userId) {
      const mark = chat.marks.get(userId)!;
      Object.assign(item, { otherReadSeq: mark.readSeq, otherDeliveredSeq: mark.deliveredSeq });
      this.#tell.touched('item', chatId);
    }
    this.#tell.touched('marks', chatId);
  }

  #settings({ chatId, mutedUntil, archivedAt, pinnedAt }: Synced['memberships'][number]): void {
    const chat = this.state.chats.get(chatId);
    if (!chat) return;
    Object.assign(chat.item, { mutedUntil, archivedAt, pinnedAt });
    this.#tell.touched('item', chatId);
    this.#tell.touched('list');
  }

  #unread(count: Partial<Events['unreadCount']>): void {
    const { chatId, unread, unreadMentions, unreadSeq, total, totalMentions, badge } = count;
    if (chatId === undefined) {
      if (total !== undefined && totalMentions !== undefined && badge !== undefined)
        this.state.unread = { total, mentions: totalMentions, badge };
      this.#tell.touched('unread');
      return;
    }
    const chat = this.state.chats.get(chatId);
    if (!chat || unread === undefined || unreadMentions === undefined) return;
    if (unreadSeq !== undefined) chat.item.unreadSeq = unreadSeq;
    this.#recount(chat, { unread, unreadMentions });
  }

  /** What is known here comes before what was said. The totals follow: those of the server are of another moment. */
  #recount(chat: ChatState, said: Partial<Pick<ChatListItem, 'unread' | 'unreadMentions'>>): void {
    const { item } = chat;
    const { unread, unreadMentions } = item;
    Object.assign(item, said, this.#counted(chat));
    this.#shift(item, item.unread - unread, item.unreadMentions - unreadMentions);
    this.#tell.touched('item', chat.id);
  }

  /**
   * The server counts at some moment, and messages that were sent around it may be in its number or not. Where everything
   * after `unreadSeq` is known, it is counted here.
   */
  #counted(chat: ChatState): Partial<Pick<ChatListItem, 'unread' | 'unreadMentions'>> {
    const { unreadSeq } = chat.item;
    const live = liveRange(chat);
    if (!live || live.from > unreadSeq + 1) return {};
    const after = live.messages.slice(indexOf(live.messages, unreadSeq + 1));
    // What this person deleted for themselves counts as before.
    const hidden = [...chat.hidden.values()].filter(
      (one) => one !== null && one.seq > unreadSeq && one.seq <= live.to,
    );
    if (after.length + hidden.length !== live.to - unreadSeq) return {};
    const me = this.state.me?.id;
    const unread = after.filter((message) => isUnreadBy(message, me));
    return {
      unread: unread.length + hidden.filter((one) => one!.unread).length,
      ...(hidden.length === 0
        ? { unreadMentions: unread.filter((message) => mentions(message, me)).length }
        : {}),
    };
  }

  #shift(item: ChatListItem, unread: number, unreadMentions: number): void {
    if (unread === 0 && unreadMentions === 0) return;
    const { total, mentions: all, badge } = this.state.unread;
    const shown = item.archivedAt !== null ? 0 : this.#isMuted(item) ? unreadMentions : unread;
    this.state.unread = {
      total: Math.max(0, total + unread),
      mentions: Math.max(0, all + unreadMentions),
      badge: Math.max(0, badge + shown),
    };
    this.#tell.touched('unread');
  }

  present(presences: Iterable<Events['userStatus']>): void {
    for (const presence of presences) {
      this.state.presence.set(presence.userId, presence);
      this.#tell.touched('presence', presence.userId);
    }
  }

  people(users: Iterable<Events['userUpdated']>): void {
    for (const user of users) {
      this.state.users.set(user.id, user);
      this.#tell.touched('users', user.id);
      for (const chat of this.state.chats.values()) {
        const { item, members } = chat;
        if (item.otherUser?.id === user.id) {
          item.otherUser = { ...item.otherUser, ...user, lastSeenAt: item.otherUser.lastSeenAt };
          this.#tell.touched('item', chat.id);
        }
        const member = members?.get(user.id);
        if (!member) continue;
        members!.set(user.id, { ...member, name: user.name, avatarUrl: user.avatarUrl });
        this.#tell.touched('members', chat.id);
      }
    }
  }

  // ---- what was asked for ----

  /** Chats of a list, or those that a device kept. What is known already is at least as new by its version. */
  list(items: Iterable<ChatListItem>): void {
    for (const item of items) {
      const chat = this.state.chats.get(item.id);
      if (chat && chat.version >= item.version) continue;
      // Known, and older than this: what lies between has to come as changes.
      if (chat) this.#tell.missing();
      else this.state.chats.set(item.id, this.met(chatOf(item, item.version)));
      this.#tell.touched('item', item.id);
    }
    this.#tell.touched('list');
  }

  /** Begins to read a page: what is heard meanwhile is applied to it again. */
  reads(chat: ChatState): void {
    chat.reading++;
  }

  /** The answer to a page; null: there was none. */
  page(chat: ChatState, page: MessagesPage | null, asked: { before?: number; after?: number }): void {
    chat.reading--;
    if (page && this.state.chats.get(chat.id) === chat) {
      const messages = page.messages.filter(({ id }) => !chat.hidden.has(id));
      const range = rangeOf(page, asked);
      if (range.to >= range.from || page.lastSeq === 0) {
        for (const { id, seq } of messages) chat.seqs.set(id, seq);
        const whole = messages.map((message) => this.#whole(chat, message, this.#known(chat, message.seq)));
        merge(chat.ranges, { ...range, messages: whole });
        for (const message of messages) this.#settle(message);
      }
      for (const change of chat.heard) if (change.body.version > page.version) this.#content(chat, change);
      this.#tell.touched('messages', chat.id);
    }
    if (chat.reading === 0) chat.heard = [];
  }

  members(chat: ChatState, members: Iterable<Member>, version: number): void {
    const all = new Map([...members].map((member) => [member.userId, member]));
    if (version < chat.item.membersVersion) return;
    chat.members = all;
    chat.membersVersion = version;
    chat.item.membersVersion = version;
    const me = this.state.me?.id;
    for (const member of all.values()) if (member.userId !== me) raise(chat.marks, member.userId, member);
    this.#tell.touched('members', chat.id);
    this.#tell.touched('marks', chat.id);
  }

  sync(answer: Synced): void {
    for (const chat of answer.chats) this.#caughtUp(chat);
    for (const chatId of answer.gone) this.forget(chatId);
    for (const { chatId, messageId } of answer.hidden) this.hide(chatId, messageId);
    for (const mark of answer.watermarks) {
      this.#mark(mark);
      if (mark.unread !== undefined) this.#unread(mark);
    }
    for (const membership of answer.memberships) this.#settings({ ...membership });
    this.people(answer.users);
    this.state.unread = answer.unread;
    this.state.since = answer.at;
    this.state.offset = Date.parse(answer.now) - Date.now();
    this.#tell.touched('unread');
    this.#tell.touched('list');
  }

  #caughtUp({ chat: item, messages, upTo, reset, more }: SyncedChat): void {
    const known = this.state.chats.get(item.id);
    const chat = known ?? this.met(chatOf(item, 0));
    this.state.chats.set(item.id, chat);
    if (reset) {
      const had = chat.ranges.length > 0;
      Object.assign(chat, { ranges: [], paging: null });
      chat.seqs.clear();
      chat.marks.clear();
      if (messages.length > 0) this.#newest(chat, item, messages);
      if (had) this.#tell.reset(item.id);
    }
    const live = liveRange(chat);
    const tail = (reset ? null : chat.paging) ?? new Map<number, Message>();
    for (const message of messages) {
      if (reset) this.#settle(message);
      else if (live && message.seq > live.to) {
        if ((tail.get(message.seq)?.version ?? 0) <= message.version) tail.set(message.seq, message);
        this.#settle(message);
      } else {
        this.#store(chat, message);
        this.#settle(message);
      }
    }
    chat.paging = more ? tail : null;
    if (reset || upTo >= chat.version) {
      if (!more && live) {
        for (const [, message] of [...tail].sort(([one], [other]) => one - other)) {
          live.to = Math.max(live.to, message.seq);
          this.#store(chat, message, true);
        }
        live.to = Math.max(live.to, item.lastSeq);
      }
      if (!more) chat.lastSeq = item.lastSeq;
      chat.item = item;
      chat.version = upTo;
      chat.cleared = false;
      marksOf(item, chat.marks);
      if (item.membersVersion !== chat.membersVersion) chat.members = null;
      this.#tell.applied(item.id, upTo);
    }
    for (const version of chat.ahead.keys()) if (version <= chat.version) chat.ahead.delete(version);
    this.#drain(chat);
    if (chat.ahead.size > 0 && !chat.paging) this.#tell.gap(chat);
    for (const part of ['item', 'messages', 'members', 'marks'] as const) this.#tell.touched(part, item.id);
  }

  #newest(chat: ChatState, item: ChatListItem, messages: readonly Message[]): void {
    const sorted = [...messages].sort((one, other) => one.seq - other.seq);
    for (const { id, seq } of sorted) chat.seqs.set(id, seq);
    chat.ranges = [{ from: sorted[0]!.seq, to: item.lastSeq, messages: sorted }];
  }

  /** A chat that is new here brings its other user. */
  met(chat: ChatState): ChatState {
    const { otherUser } = chat.item;
    if (otherUser) {
      const { online, ...user } = otherUser;
      this.state.users.set(user.id, user);
      this.state.presence.set(user.id, { userId: user.id, online, lastSeenAt: user.lastSeenAt });
      this.#tell.touched('users', user.id);
      this.#tell.touched('presence', user.id);
    }
    return chat;
  }

  forget(chatId: number): void {
    if (!this.state.chats.delete(chatId)) return;
    for (const part of ['item', 'messages', 'members', 'typing', 'marks'] as const)
      this.#tell.touched(part, chatId);
    this.#tell.touched('list');
    this.#tell.gone(chatId);
  }

  /** Drops what a chat holds beyond the newest `most` messages, or all of it. */
  trim(chat: ChatState, most: number): void {
    const live = liveRange(chat);
    const kept = live && most > 0 ? live.messages.slice(-most) : [];
    if (live && chat.ranges.length === 1 && kept.length === live.messages.length) return;
    const from = kept[0]?.seq;
    this.#keep(chat, live && from !== undefined ? [{ from, to: live.to, messages: kept }] : []);
  }

  /** Drops what is far from a seq where more than `most` messages are loaded, but not the newest `newest`. */
  thin(chat: ChatState, around: number, most: number, newest: number): void {
    const loaded = chat.ranges.reduce((sum, { messages }) => sum + messages.length, 0);
    if (loaded > most) this.#keep(chat, thinned(chat.ranges, around, most, newest));
  }

  #keep(chat: ChatState, ranges: ChatState['ranges']): void {
    chat.ranges = ranges;
    chat.seqs = new Map(ranges.flatMap(({ messages }) => messages.map(({ id, seq }) => [id, seq] as const)));
    this.#tell.touched('messages', chat.id);
  }
}

function isUnchanged(body: object): boolean {
  return 'changed' in body && body.changed === false;
}

function excerptOf(content: string): string {
  return [...content.slice(0, 2 * EXCERPT)].slice(0, EXCERPT).join('');
}

/** What is one's own, or deleted, is never unread, and what the server writes about a change of a group raises no badge. */
function isUnreadBy({ senderId, type, metadata, deletedAt }: Message, userId: number | undefined): boolean {
  return (
    senderId !== userId && deletedAt === null && !(type === 'system' && typeof metadata?.event === 'string')
  );
}

export function mentions({ metadata }: Message, userId: number | undefined): boolean {
  const mentioned = metadata?.mentions;
  if (mentioned === 'all') return true;
  return Array.isArray(mentioned) && mentioned.some((one) => Number(one) === userId);
}

/** What a page covers: more than its messages, where hidden ones lie between, and where it reaches an end. */
function rangeOf(page: MessagesPage, { before, after }: { before?: number; after?: number }): Range {
  const first = page.messages[0]?.seq;
  const last = page.messages.at(-1)?.seq;
  const from =
    !page.moreBefore && after === undefined
      ? 1
      : after !== undefined
        ? after + 1
        : (first ?? page.lastSeq + 1);
  const to = before !== undefined ? before - 1 : page.moreAfter ? (last ?? from - 1) : page.lastSeq;
  return { from, to, messages: page.messages };
}
