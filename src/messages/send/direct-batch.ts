import { bigints, ints, texts } from '../../database/binary-array.js';
import { plainBodies } from '../model/body.queries.js';
import type { DirectChat } from './direct-chats.js';
import type { DirectNumbers, Numbers } from './direct-sends.queries.js';
import type { Entry } from './draft.js';

/** A message for {@link sendDirect}. */
export interface DirectSend {
  entry: Entry;
  chat: DirectChat;
}

/** A batch for {@link sendDirect}, with the position of each message in its chat. */
export class DirectBatch {
  /** For each message: the position of its chat among the chats, and its own among the chat's messages, from 1. */
  private readonly places: number[] = [];
  private readonly nths: number[] = [];
  private readonly chats: { chatId: number; place: number; count: number; by1: number; by2: number }[];

  constructor(private readonly sends: readonly DirectSend[]) {
    const chats = new Map<number, (typeof this.chats)[number]>();
    for (const { chat, entry } of sends) {
      let one = chats.get(chat.chatId);
      if (!one) chats.set(chat.chatId, (one = { chatId: chat.chatId, place: 0, count: 0, by1: 0, by2: 0 }));
      this.nths.push(++one.count);
      // Both in a chat with oneself.
      if (entry.draft.senderId === chat.user1Id) one.by1++;
      if (entry.draft.senderId === chat.user2Id) one.by2++;
    }
    this.chats = [...chats.values()].sort((a, b) => a.chatId - b.chatId);
    this.chats.forEach((one, i) => (one.place = i + 1));
    for (const { chat } of sends) this.places.push(chats.get(chat.chatId)!.place);
  }

  values(): unknown[] {
    const { sends, chats } = this;
    return [
      bigints(chats.map(({ chatId }) => chatId)),
      bigints(chats.map(({ count }) => count)),
      bigints(chats.map(({ by1 }) => by1)),
      bigints(chats.map(({ by2 }) => by2)),
      bigints(sends.map(({ entry }) => entry.draft.senderId)),
      ints(this.places),
      ints(this.nths),
      texts(sends.map(({ entry }) => entry.key)),
      sends.length,
      ...plainBodies.values(sends.map(({ entry }) => entry.draft.body)),
    ];
  }

  /** The numbers of the message at `index` of the batch. */
  numbersOf(index: number, { ids, seqs, versions, moments }: DirectNumbers): Numbers {
    const place = this.places[index]! - 1;
    const nth = this.nths[index]!;
    return {
      id: ids[index]!,
      seq: seqs[place]! + nth,
      version: versions[place]! + nth,
      createdAt: moments[place]!,
    };
  }
}
