import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Database } from '../database/database.js';
import { chatRoom, isChatRoom, userIdOf, userRoom } from './broker/room-names.js';
import { recipientOf } from './recipient.js';
import { changedGroups, groupsOf, membersOfGroups } from './rooms.queries.js';
import { SocketServer } from './socket-server.js';

/** Milliseconds between two checks. */
const CHECK_EVERY_MS = 400;

/**
 * Maximum number of changed groups that a check finds. If more than `MOST_CHANGED` have changed, all sockets here are
 * corrected instead of single groups.
 */
const MOST_FOUND = 10_000;
const MOST_CHANGED = 1_000;

/** Users, or groups, per statement. */
const AT_ONCE = 2_000;
const GROUPS_AT_ONCE = 50;

/** Maximum number of reads while orders keep arriving during a read. The next check finds what they missed. */
const MAX_READS = 5;

/**
 * Keeps the rooms of this node's sockets in line with the database. A change of a group's members orders sockets into
 * its room and out of it. An order is lost when the link to the other nodes breaks, when the node dies before it gives
 * the order, or when the commit was not confirmed. So every node checks by itself which groups have changed: within a
 * second a removed member receives nothing more, on every node, whatever failed.
 */
@Injectable()
export class RoomReconciler implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(RoomReconciler.name);
  private timer: NodeJS.Timeout | null = null;
  /** The database's time at the last check. */
  private lookedAt: string | null = null;
  /**
   * Changes that are handled already and that the next check finds again: groups, with the version of their members.
   */
  private known = new Map<number, number>();
  private checking = false;
  private failing = false;

  constructor(
    private readonly database: Database,
    private readonly server: SocketServer,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.check(), CHECK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Makes every socket here join the rooms of its user's groups, and leave the rooms of all other groups. */
  async correctAll(): Promise<void> {
    const users = this.usersHere();
    for (let i = 0; i < users.length; i += AT_ONCE) await this.correctUsers(users.slice(i, i + AT_ONCE));
  }

  private async check(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try {
      await this.follow(await changedGroups(this.database, { lookedAt: this.lookedAt, most: MOST_FOUND }));
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.logger.warn(`Could not check for changed groups, trying again: ${String(error)}`);
      this.failing = true;
    } finally {
      this.checking = false;
    }
  }

  private async follow({ at, ids, versions }: Awaited<ReturnType<typeof changedGroups>>): Promise<void> {
    const news = ids.filter((id, i) => this.known.get(id) !== versions[i]);
    if (news.length > MOST_CHANGED) await this.correctAll();
    else if (this.usersHere().length > 0) {
      for (let i = 0; i < news.length; i += GROUPS_AT_ONCE)
        await this.correctGroups(news.slice(i, i + GROUPS_AT_ONCE));
    }
    this.known = new Map(ids.map((id, i) => [id, versions[i]!]));
    this.lookedAt = at;
  }

  private async correctGroups(ids: readonly number[]): Promise<void> {
    const rows = await this.undisturbed(() => membersOfGroups(this.database, ids));
    const members = new Map(rows.map((row) => [row.chatId, row]));
    const { sids } = this.server.rooms;
    for (const id of ids) {
      const room = chatRoom(id);
      const { userIds = [], settled = [] } = members.get(id) ?? {};
      const all = new Set(userIds);
      for (const connection of this.connectionsIn(room))
        if (!all.has(connection.userId)) this.move(connection, [], [room]);
      for (const userId of settled) {
        for (const connection of this.connectionsIn(userRoom(userId)))
          if (!sids.get(connection.id)?.has(room)) this.move(connection, [room], []);
      }
    }
  }

  private async correctUsers(users: readonly number[]): Promise<void> {
    const rows = await this.undisturbed(() => groupsOf(this.database, users));
    for (const { userId, groups } of rows) {
      const rooms = new Set(groups.map(chatRoom));
      for (const connection of this.connectionsIn(userRoom(userId))) {
        const there = this.server.rooms.sids.get(connection.id) ?? new Set();
        const joins = [...rooms].filter((room) => !there.has(room));
        const leaves = [...there].filter((room) => isChatRoom(room) && !rooms.has(room));
        this.move(connection, joins, leaves);
      }
    }
  }

  /** A socket that missed such an order has missed events as well, so it has to sync. */
  private move({ id }: { id: string }, joins: readonly string[], leaves: readonly string[]): void {
    if (joins.length + leaves.length === 0) return;
    const { rooms } = this.server;
    for (const room of leaves) void rooms.del(id, room);
    if (joins.length > 0) void rooms.addAll(id, new Set(joins));
    this.bus.emit('eventsMissed', { rooms: new Set([id]), orders: false });
  }

  /**
   * Returns what `read` finds. Reads again when an order arrived meanwhile, because that may be newer than what was
   * read.
   */
  private async undisturbed<T>(read: () => Promise<T>): Promise<T> {
    for (let reads = 1; ; reads++) {
      const { orders } = this.server.rooms;
      const result = await read();
      if (orders === this.server.rooms.orders || reads === MAX_READS) return result;
    }
  }

  private usersHere(): number[] {
    return [...this.server.rooms.rooms.keys()].flatMap((room) => userIdOf(room) ?? []);
  }

  private connectionsIn(room: string): { id: string; userId: number }[] {
    const { sockets, rooms } = this.server;
    return [...(rooms.rooms.get(room) ?? [])].flatMap((id) => {
      const socket = sockets.get(id);
      const userId = socket && recipientOf(socket)?.userId;
      return userId == null ? [] : [{ id, userId }];
    });
  }
}
