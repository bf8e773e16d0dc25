import type { HeldChat, HeldMessage } from '../evidence.js';
import type { Chat, Message, MessageDeleted, ReactionsChanged, Synced } from '../protocol.js';

/** Messages in a reset of a chat, or all if it has fewer. */
const RESET_PAGE = 30;

/** A change of a chat from an event or an ack. */
export type Change =
  /** A change without a message: a chat opened, a group's title or members changed. */
  | { kind: 'noted'; chatId: number; version: number }
  | { kind: 'message'; chatId: number; version: number; message: Message }
  | { kind: 'deleted'; chatId: number; version: number; deleted: MessageDeleted }
  | { kind: 'reactions'; chatId: number; version: number; reactions: ReactionsChanged };

interface LocalChat {
  version: number;
  fromSeq: number;
  messages: Map<number, Message>;
  /**
   * Whether sync has brought its last page. Until then no event is applied: a message that was sent before `upTo` and
   * has changed since comes only on a later page.
   */
  whole: boolean;
  /** Changes after a gap, by version. */
  ahead: Map<number, Change>;
}

/**
 * The state of a careful client: it applies changes in the order of their versions and is complete up to the version of
 * each chat. Changes after a gap wait until `sync` has brought the missing ones.
 */
export class Replica {
  /** Pages of sync that were out of order or incomplete. There must be none. */
  readonly faults: string[] = [];
  private readonly chats = new Map<number, LocalChat>();
  private readonly gapped = new Set<number>();

  /** Whether a change is missing that an event or ack has shown to exist. */
  get hasGap(): boolean {
    return this.gapped.size > 0;
  }

  get chatIds(): number[] {
    return [...this.chats.keys()];
  }

  /** The user was removed from the chat: no later event of it counts. */
  leave(chatId: number, version: number): void {
    if ((this.chats.get(chatId)?.version ?? 0) >= version) return;
    this.chats.delete(chatId);
    this.gapped.delete(chatId);
  }

  /** The input of `sync`. */
  versions(): Record<number, number> {
    return Object.fromEntries([...this.chats].map(([chatId, { version }]) => [chatId, version]));
  }

  hear(change: Change): void {
    const local = this.local(change.chatId);
    if (change.version <= local.version) return;
    // A command that changed nothing is answered with the present version: the change itself came first.
    if (!local.ahead.has(change.version)) local.ahead.set(change.version, change);
    this.applyAhead(change.chatId, local);
  }

  apply({ chats, gone }: Synced): void {
    for (const { chat, messages, upTo, reset, more } of chats) {
      const local = this.local(chat.id);
      if (reset) {
        local.messages.clear();
        local.fromSeq = this.startOfReset(chat, messages);
      }
      let last = 0;
      for (const message of messages) {
        if (message.version <= last || message.version > upTo) {
          this.faults.push(
            `sync of chat ${chat.id} has version ${message.version} after ${last}, up to ${upTo}`,
          );
        }
        last = message.version;
        const known = local.messages.get(message.id);
        if (!known || known.version <= message.version) local.messages.set(message.id, message);
      }
      // Events may have advanced it while the answer was on its way.
      if (reset || upTo >= local.version) {
        local.version = upTo;
        local.whole = !more;
      }
      this.applyAhead(chat.id, local);
    }
    for (const chatId of gone) {
      this.chats.delete(chatId);
      this.gapped.delete(chatId);
    }
  }

  /** The seq from which on the replica has the chat: its newest messages, or all. */
  private startOfReset({ id, lastSeq, historyVisible }: Chat, messages: readonly Message[]): number {
    const seqs = messages.map(({ seq }) => seq).sort((a, b) => a - b);
    // Without messages from before the user joined.
    const size = historyVisible === 'all' ? Math.min(RESET_PAGE, lastSeq) : seqs.length;
    const first = lastSeq - size + 1;
    if (seqs.length !== size || seqs.some((seq, index) => seq !== first + index))
      this.faults.push(`chat ${id} of ${lastSeq} messages was reset to ${seqs.join(', ') || 'none'}`);
    return first;
  }

  held(): HeldChat[] {
    return [...this.chats].map(([chatId, { version, fromSeq, messages }]) => ({
      chatId,
      version,
      fromSeq,
      messages: [...messages.values()].map(heldMessage),
    }));
  }

  private applyAhead(chatId: number, local: LocalChat): void {
    for (const version of local.ahead.keys()) if (version <= local.version) local.ahead.delete(version);
    if (!local.whole) return void this.gapped.add(chatId);
    for (let next = local.ahead.get(local.version + 1); next; next = local.ahead.get(local.version + 1)) {
      local.ahead.delete(next.version);
      local.version = next.version;
      perform(local, next);
    }
    if (local.ahead.size > 0) this.gapped.add(chatId);
    else this.gapped.delete(chatId);
  }

  private local(chatId: number): LocalChat {
    let local = this.chats.get(chatId);
    if (!local) {
      local = { version: 0, fromSeq: 1, messages: new Map(), whole: true, ahead: new Map() };
      this.chats.set(chatId, local);
    }
    return local;
  }
}

function perform(local: LocalChat, change: Change): void {
  switch (change.kind) {
    case 'noted':
      return;
    case 'message':
      local.messages.set(change.message.id, change.message);
      return;
    case 'deleted': {
      const known = local.messages.get(change.deleted.messageId);
      if (!known) return;
      const { version, deletedAt } = change.deleted;
      local.messages.set(known.id, { ...known, version, content: '', reactions: [], deletedAt });
      return;
    }
    case 'reactions': {
      const known = local.messages.get(change.reactions.messageId);
      const { version, reactions } = change.reactions;
      if (known) local.messages.set(known.id, { ...known, version, reactions });
    }
  }
}

/** Reactions as text, independent of other fields and of the order of fields. */
export function reactionsText(reactions: Message['reactions'] | null): string {
  return JSON.stringify((reactions ?? []).map(({ emoji, count, userIds }) => [emoji, count, userIds]));
}

function heldMessage({
  id,
  chatId,
  seq,
  version,
  senderId,
  clientId,
  content,
  ...rest
}: Message): HeldMessage {
  return {
    id,
    chatId,
    seq,
    version,
    senderId,
    clientId,
    content,
    reactions: reactionsText(rest.reactions),
    edited: rest.editedAt !== null,
    deleted: rest.deletedAt !== null,
  };
}
