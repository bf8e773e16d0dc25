import { Logger } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import type { Sql, Statement } from '../../database/sql.js';
import { Connection } from '../connection.js';
import { chatRoom, userRoom } from '../publisher.js';
import type { RelayedAdapter } from './relayed-adapter.js';

/** People and groups of one statement. */
const AT_ONCE = 2_000;

/** A read that orders overtook is made again so often. */
const MAX_READS = 5;

/** `$1` user ids: their groups. */
const groupsOf: Statement = {
  name: 'rooms.groupsOfAll',
  text: `
    SELECT m."userId", array_agg(m."chatId") AS "chatIds" FROM chat_members m
    JOIN chats c ON c.id = m."chatId" AND c.type = 'group'
    WHERE m."userId" = ANY($1::bigint[]) GROUP BY m."userId"`,
};

/** `$1` chat ids: at which version their members are; chats that are gone are left out. */
const membersVersions: Statement = {
  name: 'rooms.membersVersions',
  text: `SELECT id, "membersVersion" AS version FROM chats WHERE id = ANY($1::bigint[])`,
};

/**
 * Makes the rooms of this node's sockets what the database says, for when orders to join and leave may have been lost.
 */
export class RoomAudit {
  private readonly logger = new Logger(RoomAudit.name);
  /** While the link is down: how each group's members were when last looked at. */
  private readonly versions = new Map<number, number>();
  private looking = false;

  constructor(
    private readonly adapter: RelayedAdapter,
    private readonly sql: Sql,
  ) {}

  /** Everybody here is in the rooms of their groups, and in no others. */
  async whole(): Promise<void> {
    this.versions.clear();
    const people = [...this.adapter.hosted()].flatMap((room) => idOf(room, 'user:') ?? []);
    await this.correct(people);
  }

  /**
   * For while orders can not arrive, every half second: who was removed from a group meanwhile hears it no more.
   * Asks for the version of each group here, and for memberships only where it has changed.
   */
  async removed(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const groups = [...this.adapter.hosted()].flatMap((room) => idOf(room, 'chat:') ?? []);
      const known = await this.readVersions(groups);
      const changed = groups.filter((id) => {
        const version = known.get(id) ?? -1;
        return this.versions.get(id) !== version && (this.versions.set(id, version), true);
      });
      const people = new Set<number>();
      for (const id of changed) for (const { userId } of this.connectionsIn(chatRoom(id))) people.add(userId);
      await this.correct([...people]);
    } catch (error) {
      this.logger.warn(`Memberships were not looked at: ${String(error)}`);
    } finally {
      this.looking = false;
    }
  }

  private async readVersions(groups: readonly number[]): Promise<Map<number, number>> {
    const known = new Map<number, number>();
    for (let i = 0; i < groups.length; i += AT_ONCE) {
      type Row = { id: number; version: number };
      const rows = await this.sql.rows<Row>(membersVersions, [groups.slice(i, i + AT_ONCE)]);
      for (const { id, version } of rows) known.set(id, version);
    }
    return known;
  }

  private async correct(people: readonly number[]): Promise<void> {
    for (let i = 0; i < people.length; i += AT_ONCE) await this.correctSome(people.slice(i, i + AT_ONCE));
  }

  private async correctSome(people: readonly number[]): Promise<void> {
    for (let reads = 1; ; reads++) {
      const { orders } = this.adapter;
      type Row = { userId: number; chatIds: number[] };
      const rows = await this.sql.rows<Row>(groupsOf, [people]);
      if (orders !== this.adapter.orders && reads < MAX_READS) continue;
      const groups = new Map(rows.map(({ userId, chatIds }) => [userId, new Set(chatIds.map(chatRoom))]));
      for (const userId of people) this.put(userId, groups.get(userId) ?? new Set());
      return;
    }
  }

  private put(userId: number, rooms: Set<string>): void {
    for (const { id } of this.connectionsIn(userRoom(userId))) {
      for (const room of [...(this.adapter.sids.get(id) ?? [])]) {
        if (room.startsWith('chat:') && !rooms.has(room)) void this.adapter.del(id, room);
      }
      void this.adapter.addAll(id, rooms);
    }
  }

  private connectionsIn(room: string): { id: string; userId: number }[] {
    const { sockets } = this.adapter.nsp as Namespace;
    return [...(this.adapter.rooms.get(room) ?? [])].flatMap((id) => {
      const socket = sockets.get(id);
      const userId = socket && Connection.of(socket)?.userId;
      return userId == null ? [] : [{ id, userId }];
    });
  }
}

function idOf(room: string, kind: string): number | null {
  const id = room.startsWith(kind) ? Number(room.slice(kind.length)) : Number.NaN;
  return Number.isSafeInteger(id) ? id : null;
}
