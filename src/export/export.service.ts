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

/** A line without the first and the last. */
type Inner = Exclude<ExportLine, { type: 'header' | 'end' }>;

/**
 * What is stored of a person or a chat, as pages of lines. Each page is read when it is asked for, by statements of their
 * own: an export takes as long as its reader does, and holds neither a transaction nor a connection meanwhile. So it is not of
 * one moment: a message that is edited while it goes on may be in it as it was or as it is. It ends, because messages that
 * were sent after its beginning are left out.
 */
@Injectable()
export class ExportService {
  private running = 0;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError NOT_FOUND; OVERLOADED while others go on */
  async user(actor: Actor, { userId }: CommandInput<'exportUser'>): Promise<AsyncIterable<ExportLine[]>> {
    this.requireRoom();
    const found = await userToExport(this.database, userId);
    if (!found) throw new AppError('NOT_FOUND');
    const { user, at } = found;
    await this.audit.record(actor, 'userExported', { userId });
    const lines = userLines(this.database, { userId, at, user });
    return this.whole({ type: 'header', data: { format: 1, of: 'user', id: userId, at } }, lines);
  }

  /** @throws AppError NOT_FOUND; OVERLOADED while others go on */
  async chat(actor: Actor, { chatId }: CommandInput<'exportChat'>): Promise<AsyncIterable<ExportLine[]>> {
    this.requireRoom();
    const found = await chatToExport(this.database, chatId);
    if (!found) throw new AppError('NOT_FOUND');
    const { chat, at } = found;
    await this.audit.record(actor, 'chatExported', { chatId });
    const lines = chatLines(this.database, toChatView(chat));
    return this.whole({ type: 'header', data: { format: 1, of: 'chat', id: chatId, at } }, lines);
  }

  private requireRoom(): void {
    if (this.running >= AT_ONCE) throw new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS });
  }

  /** Counts as running from the first page that is asked for: of an export that nobody reads nothing is left. */
  private async *whole(header: ExportLine, pages: AsyncIterable<Inner[]>): AsyncGenerator<ExportLine[]> {
    this.running++;
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
      this.running--;
    }
  }
}
