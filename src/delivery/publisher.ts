import { Injectable } from '@nestjs/common';
import type { Server } from 'socket.io';
import type { EventName, EventPayload } from '../contract/index.js';
import { encodePublished } from './encoding/published.js';
import type { RoomsAdapter } from './rooms-adapter.js';
import { chatRoom, presenceRoom, userRoom } from './room-names.js';
import { Envelope } from './encoding/envelope.js';

/** Who hears an event. */
export interface Audience {
  /** All sockets of these people. */
  users?: readonly number[];
  /** All sockets of the members of this group. */
  chat?: number;
  /** All sockets that watch this person's presence. */
  watchersOf?: number;
  /** Members of the group who do not hear it. */
  without?: readonly number[];
  /** The connection that caused it: it is answered instead; or a room. */
  except?: string | null;
  /** Not at other nodes where this person has a socket: what is told of them may be long ago, and is not so there. */
  unlessThere?: number;
}

/** Sends events to people. Services call it after their commit; delivery is best effort. */
@Injectable()
export class Publisher {
  private server: Server | null = null;
  private taken: (chatId: number, userIds: readonly number[]) => void = () => undefined;

  /** Called once by the adapter, before the first connection. */
  use(server: Server): void {
    this.server = server;
  }

  /** Sockets of this node, those that have not sent CONNECT yet included. */
  get connections(): number {
    return this.server?.engine.clientsCount ?? 0;
  }

  publish<E extends EventName>(event: E, payload: EventPayload<E>, audience: Audience): void {
    if (!this.server) return;
    const { users = [], chat, watchersOf, without = [], except, unlessThere } = audience;
    const rooms = users.map(userRoom);
    if (chat !== undefined) rooms.push(chatRoom(chat));
    if (watchersOf !== undefined) rooms.push(presenceRoom(watchersOf));
    if (rooms.length === 0) return;
    const others = without.map(userRoom);
    if (except) others.push(except);
    const text = new Envelope(`42["${event}",`, encodePublished(payload), ']');
    const unless = unlessThere === undefined ? null : userRoom(unlessThere);
    (this.server.sockets.adapter as RoomsAdapter).tell(text, { rooms, except: others, unless });
  }

  /** All sockets of these people hear a group's events from now on. */
  joinChat(chatId: number, userIds: readonly number[]): void {
    if (userIds.length > 0) this.server?.in(userIds.map(userRoom)).socketsJoin(chatRoom(chatId));
  }

  /** These people hear a chat's events no more. */
  leaveChat(chatId: number, userIds: readonly number[]): void {
    if (userIds.length === 0) return;
    this.server?.in(userIds.map(userRoom)).socketsLeave(chatRoom(chatId));
    this.taken(chatId, userIds);
  }

  /** Calls `listener` with each `leaveChat`. */
  onLeaveChat(listener: (chatId: number, userIds: readonly number[]) => void): void {
    this.taken = listener;
  }

  /** No socket of these viewers watches the presence of these people any more. */
  endWatch(viewerIds: readonly number[], userIds: readonly number[]): void {
    this.server?.in(viewerIds.map(userRoom)).socketsLeave(userIds.map(presenceRoom));
  }

  /** Nobody hears the chat's events any more. */
  closeChat(chatId: number): void {
    this.server?.in(chatRoom(chatId)).socketsLeave(chatRoom(chatId));
  }
}
