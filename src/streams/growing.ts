import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Access } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
import { BoundedMap } from '../common/flow/bounded-map.js';
import { Metrics } from '../common/metrics/metrics.js';
import { AppError, MAX_CONTENT_LENGTH } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { growStreams, MOVES_BY_MS, writerOf, writtenSoFar } from './streams.queries.js';

/** Milliseconds between two pushes to readers: what comes meanwhile is stored and pushed together. */
export const GATHER_MS = 80;

/** Milliseconds without a delta after which a stream ends: 60 s, and what its end is behind by. */
export const LEASE_MS = 60_000 + MOVES_BY_MS;

/** Milliseconds that a stream lasts at most. */
export const LONGEST_MS = 3_600_000;

/** Milliseconds for which it is not checked again that a writer may write. */
const CHECK_EVERY_MS = 1_000;

/** Deltas that follow each other, on their way into the database. */
interface Piece {
  messageId: number;
  actor: Actor;
  userId: number;
  start: number;
  text: string;
  /** Where the stream is when it is stored. */
  done: Promise<Position>;
  resolve: (position: Position) => void;
  reject: (error: unknown) => void;
}

interface Position {
  chatId: number;
  /** How long the text is. */
  offset: number;
}

/** A stream that is written at this node. */
interface Known {
  userId: number;
  chatId: number;
  /** When it was last checked that the writer may write, by `performance.now()`. */
  checkedAt: number;
}

/**
 * Takes the deltas of all streams that are written at this node, and every `GATHER_MS` stores what has come, by one
 * statement, and pushes it. The table has all that was pushed or answered, so every node can tell it.
 */
@Injectable()
export class Growing {
  /** By message and user: what somebody sends for a message that is not theirs holds nobody up. */
  private readonly waiting = new Map<string, Piece>();
  private readonly known = new BoundedMap<number, Known>(10_000);
  private timer: NodeJS.Timeout | null = null;
  private running = false;
  private lastAt = -Infinity;
  private readonly pushed;

  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly publisher: Publisher,
    metrics: Metrics,
  ) {
    this.pushed = metrics.counter(
      'chat_stream_deltas_total',
      'Pieces of streamed messages pushed to readers.',
    );
  }

  /**
   * Resolves when the text is stored. Deltas that begin where the one before ends go together.
   *
   * @throws AppError CONFLICT with `details.offset` if it does not begin where the text ends; VALIDATION_FAILED if the
   * message would be too long; as `Access.require` for `message.send`.
   * @throws NoStream
   */
  async add(actor: Actor, messageId: number, start: number, text: string): Promise<Position> {
    if (start + text.length > MAX_CONTENT_LENGTH) throw tooLong();
    const userId = requireUserId(actor);
    const piece = this.waiting.get(lineOf(messageId, userId));
    if (!piece) return this.wait({ messageId, actor, userId, start, text }).done;
    if (piece.start + piece.text.length === start) {
      piece.text += text;
      piece.actor = actor;
      const { chatId, offset } = await piece.done;
      return { chatId, offset: Math.max(offset, start + text.length) };
    }
    await piece.done.catch(() => undefined);
    return this.add(actor, messageId, start, text);
  }

  private wait(addition: Omit<Piece, 'done' | 'resolve' | 'reject'>): Piece {
    let settle!: Pick<Piece, 'resolve' | 'reject'>;
    const done = new Promise<Position>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const piece = { ...addition, done, ...settle };
    this.waiting.set(lineOf(piece.messageId, piece.userId), piece);
    this.schedule();
    return piece;
  }

  private schedule(): void {
    if (this.timer || this.running || this.waiting.size === 0) return;
    const restMs = Math.max(0, this.lastAt + GATHER_MS - performance.now());
    this.timer = setTimeout(() => void this.flush(), restMs);
  }

  private async flush(): Promise<void> {
    this.timer = null;
    this.running = true;
    this.lastAt = performance.now();
    const pieces = [...this.waiting.values()];
    this.waiting.clear();
    try {
      const allowed = await Promise.all(pieces.map((piece) => this.mayWrite(piece)));
      await this.store(pieces.filter((_, index) => allowed[index]));
    } catch (error) {
      for (const piece of pieces) piece.reject(error);
    } finally {
      this.running = false;
      this.schedule();
    }
  }

  private async store(pieces: readonly Piece[]): Promise<void> {
    if (pieces.length === 0) return;
    const additions = pieces.map(({ messageId, userId, start, text }) => ({
      messageId,
      userId,
      start,
      text,
    }));
    const rows = await growStreams(this.database, { additions, leaseMs: LEASE_MS, longestMs: LONGEST_MS });
    const grown = new Map(rows.map((row) => [row.messageId, row]));
    for (const piece of pieces) {
      const { messageId, start, text, actor } = piece;
      const row = grown.get(messageId);
      if (!row) {
        // It may add what is left, and so waits for the next round.
        void this.explain(piece);
        continue;
      }
      const { chatId, without } = row;
      if (text !== '') {
        const audience = { ...membersOf(row, actor.origin), without };
        this.publisher.publish('streamDelta', { chatId, messageId, offset: start, text }, audience);
        this.pushed.add();
      }
      piece.resolve({ chatId, offset: start + text.length });
    }
  }

  /** Whether the writer may still send messages to the chat. */
  private async mayWrite(piece: Piece): Promise<boolean> {
    const { messageId, userId, actor } = piece;
    try {
      let known = this.known.get(messageId);
      if (!known) {
        const stream = await writerOf(this.database, messageId);
        if (!stream) throw new NoStream();
        known = { ...stream, checkedAt: -Infinity };
        this.known.set(messageId, known);
      }
      if (known.userId !== userId) throw new NoStream();
      if (performance.now() - known.checkedAt < CHECK_EVERY_MS) return true;
      await this.access.require(actor, 'message.send', known.chatId);
      known.checkedAt = performance.now();
      return true;
    } catch (error) {
      this.forget(piece);
      piece.reject(error);
      return false;
    }
  }

  /** Who is not its writer makes nobody look up again who is. */
  private forget({ messageId, userId }: Piece): void {
    if (this.known.get(messageId)?.userId === userId) this.known.delete(messageId);
  }

  /** It was not added: because it has ended, because some of it is there already, or because something else is. */
  private async explain(piece: Piece): Promise<void> {
    const { messageId, start, text } = piece;
    try {
      const written = await writtenSoFar(this.database, messageId);
      if (!written) {
        this.forget(piece);
        throw new NoStream();
      }
      const { chatId, text: all } = written;
      const there = all.slice(start);
      if (start > all.length) throw elsewhere(all.length);
      if (there === '') throw new NoStream();
      if (there.startsWith(text)) piece.resolve({ chatId, offset: all.length });
      else if (text.startsWith(there))
        piece.resolve(await this.add(piece.actor, messageId, all.length, text.slice(there.length)));
      else throw elsewhere(all.length);
    } catch (error) {
      piece.reject(error);
    }
  }
}

const lineOf = (messageId: number, userId: number) => `${messageId} ${userId}`;

/** The message is no stream of this writer, or does not grow any more. */
export class NoStream extends Error {}

export function elsewhere(offset: number): AppError {
  return new AppError('CONFLICT', {
    message: 'The text does not end at this offset: go on from `details.offset`.',
    details: { offset },
  });
}

function tooLong(): AppError {
  const message = `expected at most ${MAX_CONTENT_LENGTH} characters in all: finish the stream, and go on in another message`;
  return new AppError('VALIDATION_FAILED', { details: [{ path: 'text', message }] });
}
