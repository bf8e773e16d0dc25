import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { toChatView } from '../chats/chat.view.js';
import type { Actor } from '../commands/identity/actor.js';
import { AppError, type CommandInput, type ExportLine } from '../contract/index.js';
import { Database } from '../database/database.js';
import { chatLines } from './chat-lines.js';
import { chatToExport } from './chats.queries.js';
import { userLines } from './user-lines.js';
import { userToExport } from './users.queries.js';

/** Exports at a time on a node: together they use at most so many connections of the pool, each for a page at a time. */
const AT_ONCE = 2;

/** Milliseconds after which to ask again when there are as many. */
const RETRY_AFTER_MS = 5_000;

/** Milliseconds after which an export of which no page was asked for counts no more: its reader went away before. */
const UNREAD_MS = 10_000;

/** A line without the first and the last. */
type Inner = Exclude<ExportLine, { type: 'header' | 'end' }>;

interface Prepared {
  header: ExportLine;
  pages: AsyncIterable<Inner[]>;
}

/**
 * What is stored of a person or a chat, as pages of lines. Each page is read when it is asked for, by statements of their
 * own: an export takes as long as its reader does, and holds neither a transaction nor a connection meanwhile. So it is not of
 * one moment: a message that is edited while it goes on may be in it as it was or as it is. It ends, because messages that
 * were sent after its beginning are left out.
 */
@Injectable()
export class ExportService {
  private readonly running = new Set<symbol>();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError NOT_FOUND; OVERLOADED while others go on */
  async user(actor: Actor, { userId }: CommandInput<'exportUser'>): Promise<AsyncIterable<ExportLine[]>> {
    return this.begin(async () => {
      const found = await userToExport(this.database, userId);
      if (!found) throw new AppError('NOT_FOUND');
      const { user, at } = found;
      await this.audit.record(actor, 'userExported', { userId });
      const header = { type: 'header', data: { format: 1, of: 'user', id: userId, at } } as const;
      return { header, pages: userLines(this.database, { userId, at, user }) };
    });
  }

  /** @throws AppError NOT_FOUND; OVERLOADED while others go on */
  async chat(actor: Actor, { chatId }: CommandInput<'exportChat'>): Promise<AsyncIterable<ExportLine[]>> {
    return this.begin(async () => {
      const found = await chatToExport(this.database, chatId);
      if (!found) throw new AppError('NOT_FOUND');
      const { chat, at } = found;
      await this.audit.record(actor, 'chatExported', { chatId });
      const header = { type: 'header', data: { format: 1, of: 'chat', id: chatId, at } } as const;
      return { header, pages: chatLines(this.database, toChatView(chat)) };
    });
  }

  /** It counts from before its first statement until its last page, or until its reader goes away. */
  private async begin(prepare: () => Promise<Prepared>): Promise<AsyncIterable<ExportLine[]>> {
    if (this.running.size >= AT_ONCE) throw new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS });
    const slot = Symbol('export');
    this.running.add(slot);
    try {
      const prepared = await prepare();
      // Nobody ends what was never begun.
      const unread = setTimeout(() => this.running.delete(slot), UNREAD_MS).unref();
      return this.whole(prepared, slot, unread);
    } catch (error) {
      this.running.delete(slot);
      throw error;
    }
  }

  private async *whole(
    { header, pages }: Prepared,
    slot: symbol,
    unread: NodeJS.Timeout,
  ): AsyncGenerator<ExportLine[]> {
    clearTimeout(unread);
    this.running.add(slot);
    try {
      yield [header];
      const counts: Record<string, number> = { header: 1 };
      let lines = 1;
      for await (const page of pages) {
        yield page;
        lines += page.length;
        for (const { type } of page) counts[type] = (counts[type] ?? 0) + 1;
      }
      yield [{ type: 'end', data: { lines, counts } }];
    } finally {
      this.running.delete(slot);
    }
  }
}
