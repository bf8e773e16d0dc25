import type { Account, Events, Message, Synced } from '../../packages/client/src/contract.gen.js';
import { Applier } from '../../packages/client/src/store/apply.js';
import { type ChatState, emptyState } from '../../packages/client/src/store/state.js';
import type { MembersPage } from '../../src/contract/index.js';
import type { Client } from './world.js';

/** The events that the store applies. */
const HEARD = [
  'newMessage',
  'messageEdited',
  'messageDeleted',
  'messageHidden',
  'reactionsChanged',
  'chatCleared',
  'chatDeleted',
  'chatUpdated',
  'membersAdded',
  'memberRemoved',
  'memberUpdated',
] as const satisfies (keyof Events)[];

/**
 * The store of `@chat-api/client` on a stock socket: it hears events, and syncs only when a test says so, at moments
 * that the client itself would not choose. At the end its state must equal the database's.
 */
export class Replica {
  /** Versions that sync brought twice, out of order or beyond the end of its page. There must be none. */
  readonly faults: string[] = [];
  private readonly state = emptyState();
  private readonly applier: Applier;
  /** An event was of something that is not here. */
  private missing = false;

  constructor(private readonly userId: number) {
    this.state.me = { id: userId } as Account;
    const nothing = () => undefined;
    this.applier = new Applier(this.state, {
      touched: nothing,
      stored: nothing,
      missing: () => (this.missing = true),
      gap: nothing,
      applied: nothing,
      gone: nothing,
      reset: nothing,
      arrived: nothing,
    });
  }

  listen({ socket }: Client): void {
    for (const event of HEARD)
      socket.on(event, (body: Events[typeof event]) => this.applier.hear(event, body));
  }

  /** Syncs until the server says that nothing is left, and reads the members that have changed. */
  async catchUp(client: Client): Promise<void> {
    this.missing = false;
    for (let more = true; more;) {
      const versions = Object.fromEntries([...this.state.chats].map(([id, { version }]) => [id, version]));
      const since = this.state.since ?? undefined;
      this.applier.hold();
      const synced = await client.ok<Synced>('sync', { userId: this.userId, versions, since });
      this.judge(synced);
      this.applier.sync(synced);
      this.applier.release();
      ({ more } = synced);
    }
    for (const chat of this.state.chats.values())
      if (chat.item.type === 'group') await this.readMembers(client, chat);
  }

  /** Whether something is missing that an event has shown to exist. */
  get hasGap(): boolean {
    return this.missing || [...this.state.chats.values()].some(({ ahead }) => ahead.size > 0);
  }

  /** @returns undefined: there is no such chat. */
  chat(chatId: number): ChatState | undefined {
    return this.state.chats.get(chatId);
  }

  /** The messages of a chat that are here, by seq. */
  messages(chatId: number): Message[] {
    return this.chat(chatId)?.ranges.flatMap(({ messages }) => messages) ?? [];
  }

  /** As if it had never heard of the chat. */
  forget(chatId: number): void {
    this.applier.forget(chatId);
  }

  private judge({ chats }: Synced): void {
    for (const { messages, upTo } of chats) {
      let last = 0;
      for (const { version } of messages) {
        if (version <= last || version > upTo)
          this.faults.push(`sync has version ${version} after ${last}, up to ${upTo}`);
        last = version;
      }
    }
  }

  /** If the list changes between pages, it starts again. */
  private async readMembers(client: Client, chat: ChatState): Promise<void> {
    while (chat.members === null) {
      const members: MembersPage['members'] = [];
      const versions = new Set<number>();
      for (let more = true, after = 0; more;) {
        const answer = await client.ask('getMembers', {
          chatId: chat.id,
          userId: this.userId,
          after,
          limit: 3,
        });
        // Removed meanwhile: the next sync will show it.
        if (!answer.ok) return;
        const page = answer.data as MembersPage;
        members.push(...page.members);
        versions.add(page.membersVersion);
        after = page.members.at(-1)?.userId ?? 0;
        ({ more } = page);
      }
      const [version = 0] = versions;
      if (versions.size === 1) this.applier.members(chat, members, version);
    }
  }
}
