import { Injectable } from '@nestjs/common';
import { withinPage } from '../common/page-bytes.js';
import {
  AppError,
  type ChatView,
  type CommandInput,
  type FoundChats,
  MAX_EXTERNAL_ID,
  MAX_INTEGER,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import { toChatView } from './chat.view.js';
import {
  chatsBefore,
  chatsNamedAfter,
  chatsOfMemberBefore,
  lastLookedAt,
  lastLookedAtOfMember,
  lastNameLookedAt,
  type Wanted,
} from './finding.queries.js';

/** Finds chats for the application. */
@Injectable()
export class ChatFinding {
  constructor(private readonly database: Database) {}

  /**
   * A page of the chats that match: by externalId where a prefix is given, else the newest first. Up to `limit`, as many as
   * fit into 256 KiB, of at most 10,000 chats that are looked at.
   *
   * @throws AppError VALIDATION_FAILED for a cursor that is none.
   */
  find(input: CommandInput<'findChats'>): Promise<FoundChats> {
    const { type = null, activeAfter = null, activeBefore = null, memberId = null } = input;
    const wanted = { type, activeAfter, activeBefore, memberId };
    const { externalIdPrefix: prefix, limit } = input;
    if (prefix !== undefined) return this.named(wanted, prefix, input.cursor ?? '', limit);
    return this.newest(wanted, placeOf(input.cursor), limit);
  }

  private async newest(wanted: Wanted, cursor: number, limit: number): Promise<FoundChats> {
    const { database } = this;
    const { memberId } = wanted;
    const page = { ...wanted, cursor, most: limit + 1 };
    const rows = await (memberId === null
      ? chatsBefore(database, page)
      : chatsOfMemberBefore(database, page));
    return pageOf(
      rows.map(toChatView),
      limit,
      ({ id }) => String(id),
      async () => {
        const last = await (memberId === null
          ? lastLookedAt(database, cursor)
          : lastLookedAtOfMember(database, { cursor, memberId }));
        return last === undefined ? null : String(last);
      },
    );
  }

  private async named(wanted: Wanted, prefix: string, cursor: string, limit: number): Promise<FoundChats> {
    const range = { cursor, prefix, end: prefix + '\u{10FFFF}'.repeat(MAX_EXTERNAL_ID) };
    const rows = await chatsNamedAfter(this.database, { ...wanted, ...range, most: limit + 1 });
    const next = async () => (await lastNameLookedAt(this.database, range)) ?? null;
    return pageOf(rows.map(toChatView), limit, ({ externalId }) => externalId ?? '', next);
  }
}

/** `passed` is where a page ends that has looked at all it may, and found less than it may show. */
async function pageOf(
  found: readonly ChatView[],
  limit: number,
  cursorOf: (chat: ChatView) => string,
  passed: () => Promise<string | null>,
): Promise<FoundChats> {
  const chats = withinPage(found.slice(0, limit));
  const last = chats.at(-1);
  return { chats, next: last && chats.length < found.length ? cursorOf(last) : await passed() };
}

function placeOf(cursor: string | undefined): number {
  if (cursor === undefined) return MAX_INTEGER;
  if (/^[1-9]\d{0,15}$/.test(cursor)) return Number(cursor);
  throw new AppError('VALIDATION_FAILED', {
    details: [{ path: 'cursor', message: 'expected the `next` of a page' }],
  });
}
