import type { Position } from '../changes/position.js';

/** Part of the log: it is done when nothing of it is open, and nothing before it. */
interface Part {
  upTo: Position;
  open: number;
}

/** The messages of a chat that are told together. */
export interface Gathering {
  chatId: number;
  firstSeq: number;
  lastSeq: number;
  /** When it is told, by `performance.now()`. */
  dueAt: number;
  parts: Set<Part>;
  /** null: all members. */
  userIds: Set<number> | null;
}

/** Gathers messages by chat, and knows up to where in the log all were told. */
export class Gatherings {
  private readonly parts: Part[] = [];
  private readonly chats = new Map<number, Gathering>();
  private readonly delayed = new Map<number, Gathering>();
  private people = 0;

  /** Chats with something to tell. */
  get size(): number {
    return this.chats.size;
  }

  /** People who are told later. */
  get delayedPeople(): number {
    return this.people;
  }

  /** Adds what was read; messages that come meanwhile do not put off when a chat is told. */
  read(upTo: Position, messages: readonly { chatId: number; seq: number }[], dueAt: number): void {
    const part: Part = { upTo, open: 0 };
    this.parts.push(part);
    for (const { chatId, seq } of messages) {
      const gathering = this.chats.get(chatId) ?? {
        chatId,
        firstSeq: seq,
        lastSeq: seq,
        dueAt,
        parts: new Set(),
        userIds: null,
      };
      this.chats.set(chatId, gathering);
      extend(gathering, seq, seq, [part]);
    }
  }

  /** These people are told of this later, if it is unread then. */
  delay({ chatId, firstSeq, lastSeq, parts }: Gathering, userIds: readonly number[], dueAt: number): void {
    const known = this.delayed.get(chatId);
    const gathering = known ?? {
      chatId,
      firstSeq,
      lastSeq,
      dueAt,
      parts: new Set(),
      userIds: new Set<number>(),
    };
    this.delayed.set(chatId, gathering);
    const before = gathering.userIds!.size;
    for (const userId of userIds) gathering.userIds!.add(userId);
    this.people += gathering.userIds!.size - before;
    extend(gathering, firstSeq, lastSeq, parts);
  }

  /** Takes up to `most` chats whose time has come: those for all members, or those for people who were told later. */
  take(which: 'all' | 'delayed', now: number, most: number): Gathering[] {
    const chats = which === 'all' ? this.chats : this.delayed;
    const due: Gathering[] = [];
    for (const gathering of chats.values()) {
      if (due.length >= most) break;
      if (gathering.dueAt > now) continue;
      chats.delete(gathering.chatId);
      this.people -= gathering.userIds?.size ?? 0;
      due.push(gathering);
    }
    return due;
  }

  /** They could not be told. */
  putBack(gatherings: readonly Gathering[], dueAt: number): void {
    for (const one of gatherings) {
      if (one.userIds) this.delay(one, [...one.userIds], dueAt);
      else {
        const since = this.chats.get(one.chatId);
        if (since) extend(since, one.firstSeq, one.lastSeq, one.parts);
        else this.chats.set(one.chatId, { ...one, dueAt, parts: new Set() });
        if (!since) extend(this.chats.get(one.chatId)!, one.firstSeq, one.lastSeq, one.parts);
      }
      this.finish(one);
    }
  }

  finish({ parts }: Gathering): void {
    for (const part of parts) part.open--;
    parts.clear();
  }

  /** Up to where all is done; undefined: no further than before. */
  done(): Position | undefined {
    let position: Position | undefined;
    while (this.parts[0]?.open === 0) position = this.parts.shift()!.upTo;
    return position;
  }
}

function extend(gathering: Gathering, firstSeq: number, lastSeq: number, parts: Iterable<Part>): void {
  gathering.firstSeq = Math.min(gathering.firstSeq, firstSeq);
  gathering.lastSeq = Math.max(gathering.lastSeq, lastSeq);
  for (const part of parts) {
    if (gathering.parts.has(part)) continue;
    gathering.parts.add(part);
    part.open++;
  }
}
