import type { Account, Events, Synced as SyncedOfClient } from '../../../packages/client/src/contract.gen.js';
import { Applier } from '../../../packages/client/src/store/apply.js';
import { emptyState } from '../../../packages/client/src/store/state.js';
import type { HeldChat, HeldMessage } from '../evidence.js';
import type { Chat, GroupChanged, Message, MessageDeleted, ReactionsChanged, Synced } from '../protocol.js';

/** Messages in a reset of a chat, or all if it has fewer. */
const RESET_PAGE = 30;

/** What changes a chat, by the name of its event. An ack stands for the event of its change. */
export interface Changes {
  newChat: Chat & { chatId: number };
  chatUpdated: Chat & { chatId: number };
  membersAdded: GroupChanged;
  memberUpdated: GroupChanged;
  memberRemoved: GroupChanged & { userId: number };
  newMessage: Message;
  messageEdited: Message;
  messageDeleted: MessageDeleted;
  reactionsChanged: ReactionsChanged;
}

/**
 * The store of `@chat-api/client`, which every run of chaos tries: it applies changes in the order of their versions and
 * is complete up to the version of each chat. Changes after a gap wait until `sync` has brought the missing ones. What
 * it holds at the end is judged by the checker, which knows nothing of it.
 */
export class Replica {
  /** Pages of sync that were out of order or incomplete. There must be none. */
  readonly faults: string[] = [];
  private readonly state = emptyState();
  private readonly applier: Applier;
  /** The seq from which on each chat was given, by its last reset. */
  private readonly starts = new Map<number, number>();
  private missing = false;

  constructor(userId: number) {
    this.state.me = { id: userId } as Account;
    const nothing = () => undefined;
    this.applier = new Applier(this.state, {
      touched: nothing,
      stored: nothing,
      missing: () => (this.missing = true),
      gap: nothing,
      applied: nothing,
      gone: (chatId) => this.starts.delete(chatId),
      reset: nothing,
      arrived: nothing,
    });
  }

  /** Whether a change is missing that an event or ack has shown to exist. */
  get hasGap(): boolean {
    return (
      this.missing || [...this.state.chats.values()].some(({ ahead, paging }) => ahead.size > 0 || paging)
    );
  }

  get chatIds(): number[] {
    return [...this.state.chats.keys()];
  }

  /** The input of `sync`. */
  versions(): Record<number, number> {
    return Object.fromEntries([...this.state.chats].map(([chatId, { version }]) => [chatId, version]));
  }

  hear<N extends keyof Changes>(event: N, body: Changes[N]): void {
    // The harness reads a part of each body; what came over the wire is whole.
    this.applier.hear(event, body as unknown as Events[N]);
  }

  /** A `sync` begins: what is heard until its answer waits for it. */
  asks(): void {
    this.missing = false;
    this.applier.hold();
  }

  /** The answer to `sync`; null: there was none. */
  apply(synced: Synced | null): void {
    for (const { chat, messages, upTo, reset } of synced?.chats ?? []) {
      if (reset) this.starts.set(chat.id, this.startOfReset(chat, messages));
      let last = 0;
      for (const { version } of messages) {
        if (version <= last || version > upTo)
          this.faults.push(`sync of chat ${chat.id} has version ${version} after ${last}, up to ${upTo}`);
        last = version;
      }
    }
    if (synced) this.applier.sync(synced as unknown as SyncedOfClient);
    else this.missing = true;
    this.applier.release();
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
    return [...this.state.chats].map(([chatId, { version, ranges }]) => ({
      chatId,
      version,
      fromSeq: this.starts.get(chatId) ?? 1,
      messages: ranges.flatMap(({ messages }) => messages.map(heldMessage)),
    }));
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
