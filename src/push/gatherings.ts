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
  private readonly queues = { all: new DueQueue(), delayed: new DueQueue() };
  /** Of each chat what is told to all its members. */
  private readonly chats = new Map<number, Gathering>();
  /** Of each chat what is told later, each to other people: nobody is in two of them. */
  private readonly delayed = new Map<number, Gathering[]>();
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
    for (const { chatId, seq } of messages)
      this.gather({ chatId, firstSeq: seq, lastSeq: seq }, [part], dueAt);
  }

  /**
   * These people are told of this later, if it is unread then. Who is put off already is told of both at the time of the
   * first.
   */
  delay(
    one: Pick<Gathering, 'chatId' | 'firstSeq' | 'lastSeq' | 'parts'>,
    userIds: readonly number[],
    dueAt: number,
  ): void {
    const { chatId, firstSeq, lastSeq } = one;
    const known = this.delayed.get(chatId) ?? [];
    const others = new Set(userIds);
    for (const gathering of known) {
      let isFor = false;
      for (const userId of gathering.userIds!) if (others.delete(userId)) isFor = true;
      if (isFor) extend(gathering, one, one.parts);
    }
    if (others.size === 0) return;
    const gathering = { chatId, firstSeq, lastSeq, dueAt, parts: new Set<Part>(), userIds: others };
    extend(gathering, one, one.parts);
    this.delayed.set(chatId, [...known, gathering]);
    this.queues.delayed.add(gathering);
    this.people += others.size;
  }

  /** Takes up to `most` chats whose time has come: those for all members, or those for people who were told later. */
  take(which: 'all' | 'delayed', now: number, most: number): Gathering[] {
    const due = this.queues[which].take(now, most);
    for (const gathering of due) {
      const { chatId, userIds } = gathering;
      if (!userIds) {
        this.chats.delete(chatId);
        continue;
      }
      this.people -= userIds.size;
      const left = this.delayed.get(chatId)!.filter((one) => one !== gathering);
      if (left.length > 0) this.delayed.set(chatId, left);
      else this.delayed.delete(chatId);
    }
    return due;
  }

  /** They could not be told. */
  putBack(gatherings: readonly Gathering[], dueAt: number): void {
    for (const one of gatherings) {
      if (one.userIds) this.delay(one, [...one.userIds], dueAt);
      else this.gather(one, one.parts, dueAt);
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

  private gather(stretch: Stretch, parts: Iterable<Part>, dueAt: number): void {
    const { chatId, firstSeq, lastSeq } = stretch;
    let gathering = this.chats.get(chatId);
    if (!gathering) {
      gathering = { chatId, firstSeq, lastSeq, dueAt, parts: new Set(), userIds: null };
      this.chats.set(chatId, gathering);
      this.queues.all.add(gathering);
    }
    extend(gathering, stretch, parts);
  }
}

type Stretch = Pick<Gathering, 'chatId' | 'firstSeq' | 'lastSeq'>;

/** In the order of their time. Nearly all are added at the end, and only what is due is looked at. */
class DueQueue {
  private readonly waiting: Gathering[] = [];

  add(gathering: Gathering): void {
    let at = this.waiting.length;
    while (at > 0 && this.waiting[at - 1]!.dueAt > gathering.dueAt) at--;
    this.waiting.splice(at, 0, gathering);
  }

  take(now: number, most: number): Gathering[] {
    let count = 0;
    while (count < most && count < this.waiting.length && this.waiting[count]!.dueAt <= now) count++;
    return this.waiting.splice(0, count);
  }
}

function extend(gathering: Gathering, { firstSeq, lastSeq }: Stretch, parts: Iterable<Part>): void {
  gathering.firstSeq = Math.min(gathering.firstSeq, firstSeq);
  gathering.lastSeq = Math.max(gathering.lastSeq, lastSeq);
  for (const part of parts) {
    if (gathering.parts.has(part)) continue;
    gathering.parts.add(part);
    part.open++;
  }
}
