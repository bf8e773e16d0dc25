import type { MessageRow } from '../chats/message.view.js';
import { bigints, ints, texts } from '../database/binary-array.js';
import type { Statement } from '../database/sql.js';
import type { Draft, Entry } from './draft.js';

/** A direct chat. Its people never change for as long as it exists. */
export interface DirectChat {
  chatId: number;
  user1Id: number;
  user2Id: number;
}

/** Direct chats remembered; the oldest are forgotten first. */
const REMEMBERED = 100_000;

/** Direct chats that this process has seen, by their id and by their two people. */
export class DirectChats {
  private readonly byId = new Map<number, DirectChat>();
  private readonly byPair = new Map<string, DirectChat>();

  /** The chat a message goes to, if its sender is one of its two people; undefined when it is not known here. */
  of({ senderId, chatId, receiverId }: Draft): DirectChat | undefined {
    if (receiverId !== null) return this.byPair.get(pairOf(senderId, receiverId));
    const chat = chatId === null ? undefined : this.byId.get(chatId);
    return chat && (chat.user1Id === senderId || chat.user2Id === senderId) ? chat : undefined;
  }

  remember(chatId: number, user1Id: number, user2Id: number): void {
    if (this.byId.has(chatId)) return;
    if (this.byId.size >= REMEMBERED) {
      const [oldest] = this.byId.keys();
      if (oldest !== undefined) this.forget(oldest);
    }
    const chat = { chatId, user1Id, user2Id };
    this.byId.set(chatId, chat);
    this.byPair.set(pairOf(user1Id, user2Id), chat);
  }

  forget(chatId: number): void {
    const chat = this.byId.get(chatId);
    if (!chat) return;
    this.byId.delete(chatId);
    const pair = pairOf(chat.user1Id, chat.user2Id);
    if (this.byPair.get(pair) === chat) this.byPair.delete(pair);
  }
}

/** Two people, whichever way round. */
export const pairOf = (one: number, other: number) => (one < other ? `${one} ${other}` : `${other} ${one}`);

/** A message for {@link sendDirect}. */
export interface DirectSend {
  entry: Entry;
  chat: DirectChat;
}

/**
 * Writes a batch of messages to direct chats that are known, in one statement and so in one commit: the same as
 * `sendMessages` does when it finds nothing to refuse, at about half its cost. All or nothing.
 *
 * Of the chats, in the order of their ids, arrays: `$1` id, `$2` messages, `$3` and `$4` how many of them the
 * first and the second person sends. Of the messages: `$5` sender, `$6` the chat's place in `$1`, `$7` the
 * message's place in its chat, `$8` key, `$9` content, `$10` metadata or null. `$11` is how many there are.
 *
 * It answers one row, {@link DirectNumbers}, for them all: a row a message costs more (docs/adr/0008).
 *
 * It ends with a serialization fault when one of the chats is gone or its people block each other, and with a unique
 * violation when one of the messages is: `sendMessages` then tells which.
 */
export const sendDirect: Statement = {
  name: 'messages.sendDirect',
  text: `
    WITH bumped AS (
      UPDATE chats c SET
        "lastSeq" = c."lastSeq" + n.count, version = c.version + n.count, "lastActivityAt" = clock_timestamp(),
        "user1Sent" = c."user1Sent" + n.by1, "user2Sent" = c."user2Sent" + n.by2
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n(chat, count, by1, by2)
      WHERE c.id = n.chat AND NOT c."user1Blocks" AND NOT c."user2Blocks"
      RETURNING c.id, c."lastSeq" - n.count AS "lastSeq", c.version - n.count AS version
    ), base AS MATERIALIZED (
      SELECT array_agg(id ORDER BY id) AS chats, array_agg("lastSeq" ORDER BY id) AS seqs,
        array_agg(version ORDER BY id) AS versions, clock_timestamp()::timestamptz(3) AS "createdAt",
        CASE WHEN array_agg(id ORDER BY id) = $1::bigint[]
          THEN ARRAY(SELECT nextval('messages_id_seq') FROM generate_series(1, $11::int))
          ELSE ARRAY[memberships_changed()] END AS ids
      FROM bumped
    ), written AS (
      INSERT INTO messages (id, "chatId", seq, version, "senderId", "clientId", content, metadata, "createdAt")
      OVERRIDING SYSTEM VALUE
      SELECT b.ids[i.idx], b.chats[i.nr], b.seqs[i.nr] + i.nth, b.versions[i.nr] + i.nth, i.sender, i.key, i.content,
        i.metadata::jsonb, b."createdAt"
      FROM base b CROSS JOIN unnest(
        $5::bigint[], $6::int[], $7::int[], $8::text[], $9::text[], $10::text[]
      ) WITH ORDINALITY AS i(sender, nr, nth, key, content, metadata, idx)
    )
    SELECT ids, seqs, versions, "createdAt" FROM base`,
};

/** What {@link sendDirect} answers. */
export interface DirectNumbers {
  /** Of the messages, in the order of the batch. */
  ids: number[];
  /** Of the chats, in the order of their ids: the numbers before the batch. */
  seqs: number[];
  versions: number[];
  createdAt: string;
}

/** What the database gives a message. */
export type Numbers = Pick<MessageRow, 'id' | 'seq' | 'version' | 'createdAt'>;

/** A batch for {@link sendDirect}, with each message's place among those of its chat. */
export class DirectBatch {
  /** By message: its chat's place in the order of the chats, and its own in its chat, from 1. */
  private readonly places: number[] = [];
  private readonly nths: number[] = [];
  private readonly chats: { chatId: number; place: number; count: number; by1: number }[];

  constructor(private readonly sends: readonly DirectSend[]) {
    const chats = new Map<number, { chatId: number; place: number; count: number; by1: number }>();
    for (const { chat, entry } of sends) {
      let one = chats.get(chat.chatId);
      if (!one) chats.set(chat.chatId, (one = { chatId: chat.chatId, place: 0, count: 0, by1: 0 }));
      this.nths.push(++one.count);
      if (entry.draft.senderId === chat.user1Id) one.by1++;
    }
    this.chats = [...chats.values()].sort((a, b) => a.chatId - b.chatId);
    this.chats.forEach((one, i) => (one.place = i + 1));
    for (const { chat } of sends) this.places.push(chats.get(chat.chatId)!.place);
  }

  /** The parameters of the statement. */
  values(): unknown[] {
    const { sends, chats } = this;
    return [
      bigints(chats.map(({ chatId }) => chatId)),
      bigints(chats.map(({ count }) => count)),
      bigints(chats.map(({ by1 }) => by1)),
      bigints(chats.map(({ count, by1 }) => count - by1)),
      bigints(sends.map(({ entry }) => entry.draft.senderId)),
      ints(this.places),
      ints(this.nths),
      texts(sends.map(({ entry }) => entry.key)),
      texts(sends.map(({ entry }) => entry.draft.content)),
      sends.some(({ entry }) => entry.metadata !== null)
        ? texts(sends.map(({ entry }) => entry.metadata))
        : null,
      sends.length,
    ];
  }

  /** What the message at `index` of the batch got. */
  numbersOf(index: number, { ids, seqs, versions, createdAt }: DirectNumbers): Numbers {
    const place = this.places[index]! - 1;
    const nth = this.nths[index]!;
    return { id: ids[index]!, seq: seqs[place]! + nth, version: versions[place]! + nth, createdAt };
  }
}
