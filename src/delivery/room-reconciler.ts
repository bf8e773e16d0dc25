import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Database } from '../database/database.js';
import { chatRoom, isChatRoom, userIdOf, userRoom } from './broker/room-names.js';
import { recipientOf } from './recipient.js';
import { changedGroups, groupsOf, membersOfGroups } from './rooms.queries.js';
import { SocketServer } from './socket-server.js';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 400;

/** A look finds so many changed groups at most. More than `MOST_CHANGED` are not corrected one by one, but everybody here is. */
const MOST_FOUND = 10_000;
const MOST_CHANGED = 1_000;

/** People, or groups, of one statement. */
const AT_ONCE = 2_000;
const GROUPS_AT_ONCE = 50;

/** A read during which orders came is made again, so often at most; what it missed is found by the next look. */
const MAX_READS = 5;

/**
 * Keeps the rooms of this node's sockets as the database says. Whoever changes a group's members orders sockets into
 * its room and out of it; an order is lost with the link to the other nodes, with the node that was about to give
 * it, or when its commit was not confirmed. So every node looks for itself which groups have changed: whoever was
 * removed hears nothing more within a second, on every node, whatever failed.
 */
@Injectable()
export class RoomReconciler implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(RoomReconciler.name);
  private timer: NodeJS.Timeout | null = null;
  /** The database's clock at the last look. */
  private lookedAt: string | null = null;
  /** Changes that are dealt with, which the next look finds again: groups, and their members' versions. */
  private known = new Map<number, number>();
  private looking = false;
  private failing = false;

  constructor(
    private readonly database: Database,
    private readonly server: SocketServer,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Puts every socket here into the rooms of its person's groups, and out of all others. */
  async correctAll(): Promise<void> {
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
    if (news.length > MOST_CHANGED) await this.correctAll();
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

  private async correctPeople(people: readonly number[]): Promise<void> {
    const rows = await this.undisturbed(() => groupsOf(this.database, people));
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

  /** The order that this socket missed came with events: it is told to sync. */
  private move({ id }: { id: string }, joins: readonly string[], leaves: readonly string[]): void {
    if (joins.length + leaves.length === 0) return;
    const { rooms } = this.server;
    for (const room of leaves) void rooms.del(id, room);
    if (joins.length > 0) void rooms.addAll(id, new Set(joins));
    this.bus.emit('eventsMissed', { rooms: new Set([id]), orders: false });
  }

  /** What `read` finds. It reads again when an order came meanwhile, which may be newer than what was read. */
  private async undisturbed<T>(read: () => Promise<T>): Promise<T> {
    for (let reads = 1; ; reads++) {
      const { orders } = this.server.rooms;
      const result = await read();
      if (orders === this.server.rooms.orders || reads === MAX_READS) return result;
    }
  }

  private peopleHere(): number[] {
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
