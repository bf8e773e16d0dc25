import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Namespace, Server } from 'socket.io';
import { Database } from '../database/database.js';
import { Connection } from '../sockets/connection.js';
import type { LocalAdapter } from './local-adapter.js';
import { chatRoom, isChatRoom, personOf, userRoom } from './room-names.js';
import { changedGroups, groupsOf, membersOfGroups } from './rooms.queries.js';
import { SyncNotice } from './sync-notice.js';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 400;

/** Changed groups that one look finds at most, and that are put right one by one. Past those: everybody here. */
const MOST_FOUND = 10_000;
const MOST_CHANGED = 1_000;

/** People, or groups, of one statement. */
const AT_ONCE = 2_000;
const GROUPS_AT_ONCE = 50;

/** A read that orders overtook is made again so often; the change that it missed is found by the next look. */
const MAX_READS = 5;

/**
 * Keeps the rooms of this node's sockets as the database says. Whoever changes a group's members orders sockets into
 * its room and out of it; an order is lost with the link to the other nodes, with the node that was about to give
 * it, or when its commit was not confirmed. So every node looks for itself which groups have changed: whoever was
 * removed hears nothing more within a second, on every node, whatever failed.
 */
@Injectable()
export class RoomAudit implements OnApplicationShutdown {
  private readonly logger = new Logger(RoomAudit.name);
  private adapter: LocalAdapter | null = null;
  private notice: SyncNotice | null = null;
  private timer: NodeJS.Timeout | null = null;
  /** The database's clock at the last look. */
  private lookedAt: string | null = null;
  /** Which of the changes that a look finds are dealt with: groups, and their members' versions. */
  private known = new Map<number, number>();
  private looking = false;
  private failing = false;

  constructor(private readonly database: Database) {}

  /** Called once by the adapter, before the first connection. */
  use(server: Server): void {
    this.adapter = server.of('/').adapter as LocalAdapter;
    this.notice = new SyncNotice(this.adapter);
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
    this.notice?.stop();
  }

  /** The sockets in these rooms of this node, or all, may have missed events: they are told to sync. */
  tell(rooms: Iterable<string> | null): void {
    this.notice?.tell(rooms);
  }

  /** Everybody here is in the rooms of their groups, and in no others. */
  async whole(): Promise<void> {
    const people = this.peopleHere();
    for (let i = 0; i < people.length; i += AT_ONCE) await this.correctPeople(people.slice(i, i + AT_ONCE));
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      await this.follow(await changedGroups(this.database, { lookedAt: this.lookedAt, most: MOST_FOUND }));
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn(`Memberships were not looked at: ${String(error)}`);
      this.failing = true;
    } finally {
      this.looking = false;
    }
  }

  private async follow({ at, ids, versions }: Awaited<ReturnType<typeof changedGroups>>): Promise<void> {
    const news = ids.filter((id, i) => this.known.get(id) !== versions[i]);
    if (news.length > MOST_CHANGED) await this.whole();
    else if (this.peopleHere().length > 0) {
      for (let i = 0; i < news.length; i += GROUPS_AT_ONCE)
        await this.correctGroups(news.slice(i, i + GROUPS_AT_ONCE));
    }
    this.known = new Map(ids.map((id, i) => [id, versions[i]!]));
    this.lookedAt = at;
  }

  private async correctGroups(ids: readonly number[]): Promise<void> {
    const rows = await this.undisturbed(() => membersOfGroups(this.database, ids));
    const members = new Map(rows.map((row) => [row.chatId, row]));
    const { adapter } = this;
    if (!adapter) return;
    for (const id of ids) {
      const room = chatRoom(id);
      const { userIds = [], settled = [] } = members.get(id) ?? {};
      const all = new Set(userIds);
      for (const connection of this.connectionsIn(room))
        if (!all.has(connection.userId)) this.move(connection, [], [room]);
      for (const userId of settled) {
        for (const connection of this.connectionsIn(userRoom(userId)))
          if (!adapter.sids.get(connection.id)?.has(room)) this.move(connection, [room], []);
      }
    }
  }

  private async correctPeople(people: readonly number[]): Promise<void> {
    const rows = await this.undisturbed(() => groupsOf(this.database, people));
    for (const { userId, groups } of rows) {
      const rooms = new Set(groups.map(chatRoom));
      for (const connection of this.connectionsIn(userRoom(userId))) {
        const there = this.adapter?.sids.get(connection.id) ?? new Set();
        const joins = [...rooms].filter((room) => !there.has(room));
        const leaves = [...there].filter((room) => isChatRoom(room) && !rooms.has(room));
        this.move(connection, joins, leaves);
      }
    }
  }

  /** Whoever is put right has missed what an order comes with. */
  private move({ id }: { id: string }, joins: readonly string[], leaves: readonly string[]): void {
    if (joins.length + leaves.length === 0) return;
    for (const room of leaves) void this.adapter?.del(id, room);
    if (joins.length > 0) void this.adapter?.addAll(id, new Set(joins));
    this.tell([id]);
  }

  /** What `read` finds when no order came meanwhile: one that did may be newer than what was read. */
  private async undisturbed<T>(read: () => Promise<T>): Promise<T> {
    for (let reads = 1; ; reads++) {
      const orders = this.adapter?.orders;
      const result = await read();
      if (orders === this.adapter?.orders || reads === MAX_READS) return result;
    }
  }

  private peopleHere(): number[] {
    return [...(this.adapter?.rooms.keys() ?? [])].flatMap((room) => personOf(room) ?? []);
  }

  private connectionsIn(room: string): { id: string; userId: number }[] {
    const { adapter } = this;
    const sockets = (adapter?.nsp as Namespace | undefined)?.sockets;
    return [...(adapter?.rooms.get(room) ?? [])].flatMap((id) => {
      const socket = sockets?.get(id);
      const userId = socket && Connection.of(socket)?.userId;
      return userId == null ? [] : [{ id, userId }];
    });
  }
}
