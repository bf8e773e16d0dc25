import { integers, texts } from '../database/array-literal.js';
import type { Statement } from '../database/sql.js';
import type { Draft } from './draft.js';

/** A direct chat. Its people never change for as long as it exists. */
export interface DirectChat {
  chatId: number;
  user1Id: number;
  user2Id: number;
}

/** A row of the answer, in any order. */
export interface DirectSentRow {
  /** The entry's place, from 1. */
  idx: number;
  id: number;
  seq: number;
  version: number;
  createdAt: string;
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

const pairOf = (one: number, other: number) => (one < other ? `${one} ${other}` : `${other} ${one}`);

/** A message for {@link sendDirect}. */
export interface DirectSend {
  draft: Draft;
  chat: DirectChat;
  key: string;
  metadata: string | null;
}

/**
 * Writes a batch of messages to direct chats that are known, in one statement and so in one commit: the same as
 * `sendMessages` does when it finds nothing to refuse, at about half its cost. All or nothing.
 *
 * Of the chats, in the order of their ids, arrays: `$1` id, `$2` messages, `$3` and `$4` how many of them the
 * first and the second person sends. Of the messages: `$5` sender, `$6` the chat's place in `$1`, `$7` the
 * message's place in its chat, `$8` key, `$9` content, `$10` metadata or null.
 *
 * It ends with a serialization fault when one of the chats is gone or its people block each other, and with a unique violation when
 * one of the messages is: `sendMessages` then tells which.
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
        array_agg(version ORDER BY id) AS versions, clock_timestamp()::timestamptz(3) AS "createdAt"
      FROM bumped
    ), numbered AS MATERIALIZED (
      SELECT i.idx, i.sender, i.key, i.content, i.metadata, b."createdAt",
        b.chats[i.nr] AS chat, b.seqs[i.nr] + i.nth AS seq, b.versions[i.nr] + i.nth AS version,
        CASE WHEN b.chats = $1::bigint[] THEN nextval('messages_id_seq') ELSE memberships_changed() END AS id
      FROM base b CROSS JOIN unnest(
        $5::bigint[], $6::int[], $7::int[], $8::text[], $9::text[], $10::text[]
      ) WITH ORDINALITY AS i(sender, nr, nth, key, content, metadata, idx)
    ), written AS (
      INSERT INTO messages (id, "chatId", seq, version, "senderId", "clientId", content, metadata, "createdAt")
      OVERRIDING SYSTEM VALUE
      SELECT id, chat, seq, version, sender, key, content, metadata::jsonb, "createdAt" FROM numbered
    )
    SELECT idx, id, seq, version, "createdAt" FROM numbered`,
};

/** The values of {@link sendDirect}. */
export function directValues(sends: readonly DirectSend[]): unknown[] {
  const chats = new Map<number, { chat: DirectChat; place: number; count: number; by1: number }>();
  for (const { chat, draft } of sends) {
    let one = chats.get(chat.chatId);
    if (!one) chats.set(chat.chatId, (one = { chat, place: 0, count: 0, by1: 0 }));
    one.count++;
    if (draft.senderId === chat.user1Id) one.by1++;
  }
  const inOrder = [...chats.values()].sort((a, b) => a.chat.chatId - b.chat.chatId);
  inOrder.forEach((one, i) => (one.place = i + 1));
  const counts = inOrder.map((one) => one.count);
  const bys = inOrder.map((one) => one.by1);
  const places: number[] = [];
  const nths: number[] = [];
  for (const one of inOrder) one.count = 0;
  for (const { chat } of sends) {
    const one = chats.get(chat.chatId)!;
    places.push(one.place);
    nths.push(++one.count);
  }
  return [
    integers(inOrder.map((one) => one.chat.chatId)),
    integers(counts),
    integers(bys),
    integers(bys.map((by1, i) => counts[i]! - by1)),
    integers(sends.map((send) => send.draft.senderId)),
    integers(places),
    integers(nths),
    texts(sends.map((send) => send.key)),
    texts(sends.map((send) => send.draft.content)),
    sends.some((send) => send.metadata !== null) ? texts(sends.map((send) => send.metadata)) : null,
  ];
}
