import { Injectable } from '@nestjs/common';
import type { Server } from 'socket.io';
import { Bus } from '../common/bus.js';
import type { EventName, EventPayload } from '../contract/index.js';
import { chatRoom, presenceRoom, userRoom } from './broker/room-names.js';
import { Envelope } from './encoding/envelope.js';
import { encodePublished } from './encoding/published.js';
import { SocketServer } from './socket-server.js';

/** Who hears an event. */
export interface Audience {
  /** All sockets of these people. */
  users?: readonly number[];
  /** All sockets of the members of this group. */
  chat?: number;
  /** All sockets that watch this person's presence. */
  watchersOf?: number;
  /** People who do not hear it, though they are among these. */
  without?: readonly number[];
  /** The connection that caused it: it is answered instead. */
  except?: string | null;
  /** Not at other nodes where this person has a socket: what is told of them may be long ago, and is not so there. */
  unlessThere?: number;
}

/** Sends events to people. Services call it after their commit; delivery is best effort. */
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
    this.server.rooms.publish(text, { rooms, except: others, unless });
  }

  /**
   * What was published and answered in this turn of the event loop leaves now, and not after its other work: for whoever
   * has just answered many.
   */
  flush(): void {
    this.server.flush();
  }

  /** All sockets of these people hear a group's events from now on. */
  joinChat(chatId: number, userIds: readonly number[]): void {
    if (userIds.length > 0) this.io.in(userIds.map(userRoom)).socketsJoin(chatRoom(chatId));
  }

  /** These people hear a chat's events no more. */
  leaveChat(chatId: number, userIds: readonly number[]): void {
    if (userIds.length === 0) return;
    this.io.in(userIds.map(userRoom)).socketsLeave(chatRoom(chatId));
    this.bus.emit('membersLeft', { chatId, userIds });
  }

  /** No socket of these viewers watches the presence of these people any more. */
  endWatch(viewerIds: readonly number[], userIds: readonly number[]): void {
    this.io.in(viewerIds.map(userRoom)).socketsLeave(userIds.map(presenceRoom));
  }

  /** Nobody hears the chat's events any more. */
  closeChat(chatId: number): void {
    this.io.in(chatRoom(chatId)).socketsLeave(chatRoom(chatId));
  }

  private get io(): Server {
    return this.server.server;
  }
}
