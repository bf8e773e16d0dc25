import { Injectable } from '@nestjs/common';
import type { Server } from 'socket.io';
import { Bus } from '../common/bus.js';
import type { EventName, EventPayload } from '../contract/index.js';
import type { Place } from './broker/broker.js';
import { chatRoom, presenceRoom, userRoom } from './broker/room-names.js';
import { Envelope } from './encoding/envelope.js';
import { encodePublished } from './encoding/published.js';
import { SocketServer } from './socket-server.js';

/** Who receives an event. */
export interface Audience {
  /** All sockets of these users. */
  users?: readonly number[];
  /** All sockets of the members of this group. */
  chat?: number;
  /** All sockets that watch this user's presence. */
  watchersOf?: number;
  /** Users who do not receive it, although they are among these. */
  without?: readonly number[];
  /** The connection that caused it, because it gets the answer instead. */
  except?: string | null;
  /** Other nodes where this user has a socket do not deliver it: the event may be old, and they know better. */
  unlessThere?: number;
}

/** Events that carry the version of a chat and are no change of it. */
const TELLING: ReadonlySet<EventName> = new Set([
  'newChat',
  'messageSeen',
  'messageDelivered',
  'membershipUpdated',
  'chatCleared',
] satisfies EventName[]);

/**
 * Sends events to users. Services call it after their commit; delivery is best effort. Readers receive the events of a
 * chat in the order of its versions, whatever the order of these calls.
 */
@Injectable()
export class Publisher {
  constructor(
    private readonly server: SocketServer,
    private readonly bus: Bus,
  ) {}

  publish<E extends EventName>(event: E, payload: EventPayload<E>, audience: Audience): void {
    const { users = [], chat, watchersOf, without = [], except, unlessThere } = audience;
    const rooms = users.map(userRoom);
    if (chat !== undefined) rooms.push(chatRoom(chat));
    if (watchersOf !== undefined) rooms.push(presenceRoom(watchersOf));
    if (rooms.length === 0) return;
    const others = without.map(userRoom);
    if (except) others.push(except);
    const text = new Envelope(`42["${event}",`, encodePublished(payload), ']');
    const unless = unlessThere === undefined ? null : userRoom(unlessThere);
    this.server.rooms.publish(text, { rooms, except: others, unless, place: placeOf(event, payload) });
  }

  /**
   * Sends what was published and answered in this turn of the event loop now, before the other work of the turn. For
   * callers that have just answered many commands.
   */
  flush(): void {
    this.server.flush();
  }

  /** All sockets of these users receive a group's events of later versions than that of the change that let them in. */
  joinChat(chatId: number, userIds: readonly number[], version: number): void {
    if (userIds.length === 0) return;
    const of = userIds.map(userRoom);
    this.server.rooms.move({ do: 'join', rooms: [chatRoom(chatId)], of, at: version });
  }

  /** These users no longer receive a chat's events: none after the change with this version, if it is known. */
  leaveChat(chatId: number, userIds: readonly number[], version?: number): void {
    if (userIds.length === 0) return;
    const of = userIds.map(userRoom);
    this.server.rooms.move({ do: 'leave', rooms: [chatRoom(chatId)], of, at: version });
    this.bus.emit('membersLeft', { chatId, userIds });
  }

  /** The sockets of these viewers no longer watch the presence of these users. */
  endWatch(viewerIds: readonly number[], userIds: readonly number[]): void {
    this.io.in(viewerIds.map(userRoom)).socketsLeave(userIds.map(presenceRoom));
  }

  /** Nobody receives the chat's events any longer. */
  closeChat(chatId: number): void {
    this.io.in(chatRoom(chatId)).socketsLeave(chatRoom(chatId));
  }

  /** Closes all sockets of a user, on every node. */
  disconnect(userId: number): void {
    this.io.in(userRoom(userId)).disconnectSockets(true);
  }

  private get io(): Server {
    return this.server.server;
  }
}

/** Null: the event belongs to no chat, or has no version. */
function placeOf(event: EventName, payload: object): Place | null {
  const { chatId, version } = payload as { chatId?: unknown; version?: unknown };
  if (typeof chatId !== 'number' || typeof version !== 'number') return null;
  return { chatId, version, raises: !TELLING.has(event) };
}
