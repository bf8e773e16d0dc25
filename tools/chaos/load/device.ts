import type { Socket as NetSocket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { Receiver } from '../evidence.js';
import type { CommandRecord, History } from '../history.js';
import { type Answer, type Message, RETRIED, type Status, type Synced } from '../protocol.js';
import type { Random } from '../random.js';
import { type Changes, Replica } from './replica.js';

/** Milliseconds. The promise is 5 s; the rest is a margin for a busy machine. */
export const ANSWER_WITHIN_MS = 6_500;

const GAP_PATIENCE_MS = 300;
const LOOK_EVERY_MS = 100;

/** Events of a chat, and of its messages: the history notes which message each version of a chat is about. */
const NOTED = ['newChat', 'chatUpdated', 'membersAdded', 'memberUpdated', 'memberRemoved'] as const;
const TOLD = ['newMessage', 'messageEdited', 'messageDeleted', 'reactionsChanged'] as const;
type Told = (typeof TOLD)[number];

/** The answer to a heartbeat; sent more often than a missing one is noticed, which takes 10 s. */
const PONG = '3';
const PONG_EVERY_MS = 2_000;

/** Pause between attempts when the error names no retry time. */
const PAUSE_MS = 200;

export type Reply<T> =
  | { kind: 'ok'; data: T; record: CommandRecord }
  | { kind: 'error'; code: string; retryAfterMs: number; record: CommandRecord }
  /** The connection was lost, or the time limit passed: the command may or may not have run. */
  | { kind: 'unknown'; record: CommandRecord };

/**
 * One device of a user: a stock client that reconnects by itself, identifies itself, and keeps its replica complete by
 * `sync` after each reconnect and when a gap stays open for a while.
 */
export class Device {
  readonly replica: Replica;
  readonly name: string;
  private readonly socket: Socket;
  private readonly waiting = new Set<(outcome: 'cut') => void>();
  private readonly timer: NodeJS.Timeout;
  private connections = 0;
  private online = false;
  private gapSince: number | null = null;
  private syncing: Promise<boolean> | null = null;
  private closed = false;
  private heart: NodeJS.Timeout | undefined;
  /** The presence of other users, by the last event to this device. */
  readonly presence = new Map<number, boolean>();
  /** A listener for the name of each event of a chat, except the user's own `memberRemoved`. */
  onEvent: (event: string, chatId: number) => void = () => undefined;

  constructor(
    readonly userId: number,
    label: string,
    readonly port: number,
    private readonly history: History,
    private readonly random: Random,
  ) {
    this.name = `user ${userId} ${label}`;
    this.replica = new Replica(userId);
    this.socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 500,
      timeout: 3_000,
    });
    this.socket.on('connect', () => void this.arrive());
    this.socket.on('disconnect', () => this.dropWaiting());
    this.listen();
    this.timer = setInterval(() => this.closeGaps(), LOOK_EVERY_MS);
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  /** Connected, and the server has acked who it is: events come from now on. */
  get ready(): boolean {
    return this.online && this.socket.connected;
  }

  /** Sends a command with a callback. Without a connection it sends nothing. */
  ask<T>(command: string, payload: unknown, record?: CommandRecord): Promise<Reply<T>> {
    const known = record ?? this.begin(command);
    return new Promise((resolve) => {
      let done = false;
      const finish = (answer: Answer | 'cut' | 'silent'): void => {
        if (done) return;
        done = true;
        clearTimeout(timer);
        this.waiting.delete(finish);
        resolve(this.conclude<T>(known, answer));
      };
      const timer = setTimeout(finish, ANSWER_WITHIN_MS, 'silent');
      this.waiting.add(finish);
      if (this.socket.connected) this.socket.emit(command, payload, finish);
      else finish('cut');
    });
  }

  begin(command: string): CommandRecord {
    return this.history.begin(command, this.userId, `${this.name} ${this.connections}`, this.port);
  }

  /** Resolves when connected; false if `isOver` says that it is no longer needed. */
  async whenConnected(isOver: () => boolean): Promise<boolean> {
    while (!this.connected) {
      if (isOver()) return false;
      await sleep(10);
    }
    return true;
  }

  /** Syncs until the server says that nothing is left; false if the connection or the time ran out. */
  catchUp(): Promise<boolean> {
    return (this.syncing ??= this.syncPages().finally(() => (this.syncing = null)));
  }

  receiver(memberOf: readonly number[]): Receiver {
    return { device: this.name, memberOf, chats: this.replica.held(), faults: this.replica.faults };
  }

  /**
   * Stops reading but keeps sending heartbeats, so that missing heartbeats are no reason to end the connection. If the
   * connection ends nevertheless, the device stays away until `resume`.
   */
  pause(): void {
    this.tcp?.pause();
    this.socket.io.reconnection(false);
    this.heart = setInterval(() => this.transport.ws?.send(PONG), PONG_EVERY_MS);
  }

  resume(): void {
    clearInterval(this.heart);
    this.socket.io.reconnection(true);
    this.tcp?.resume();
    if (!this.connected) this.socket.connect();
  }

  close(): void {
    this.closed = true;
    clearInterval(this.heart);
    clearInterval(this.timer);
    this.socket.disconnect();
  }

  private get tcp(): NetSocket | undefined {
    return this.transport.ws?._socket;
  }

  private get transport(): { ws?: { _socket?: NetSocket; send(frame: string): void } } {
    return this.socket.io.engine.transport as unknown as Device['transport'];
  }

  private conclude<T>(record: CommandRecord, answer: Answer | 'cut' | 'silent'): Reply<T> {
    if (typeof answer === 'string') {
      this.history.end(record, answer);
      return { kind: 'unknown', record };
    }
    if (answer.ok) {
      this.history.end(record, 'ok');
      return { kind: 'ok', data: answer.data as T, record };
    }
    const { code, retryAfterMs } = answer.error;
    this.history.end(record, code);
    return { kind: 'error', code, retryAfterMs: retryAfterMs ?? PAUSE_MS, record };
  }

  private dropWaiting(): void {
    this.online = false;
    for (const finish of this.waiting) finish('cut');
  }

  /** After each connect: identifies itself, then fetches what it missed. */
  private async arrive(): Promise<void> {
    if (++this.connections > 1) this.history.reconnects++;
    const mine = this.connections;
    while (this.connected && this.connections === mine) {
      const reply = await this.ask('userOnline', this.userId);
      if (reply.kind === 'ok' && this.connections === mine) {
        this.online = this.connected;
        await this.syncing;
        await this.catchUp();
        return;
      }
      if (reply.kind === 'error') await sleep(reply.retryAfterMs);
    }
  }

  private async syncPages(): Promise<boolean> {
    for (let more = true; more;) {
      if (!this.connected) return false;
      this.replica.asks();
      const reply = await this.ask<Synced>('sync', {
        userId: this.userId,
        versions: this.replica.versions(),
      });
      this.replica.apply(reply.kind === 'ok' ? reply.data : null);
      if (reply.kind === 'unknown') return false;
      if (reply.kind === 'error') {
        if (!RETRIED.has(reply.code)) this.history.refused(reply.record);
        await sleep(reply.retryAfterMs);
        continue;
      }
      this.history.syncs++;
      ({ more } = reply.data);
    }
    return true;
  }

  private closeGaps(): void {
    if (!this.replica.hasGap || !this.ready) this.gapSince = null;
    else this.gapSince ??= performance.now();
    if (this.gapSince === null || this.syncing || performance.now() - this.gapSince < GAP_PATIENCE_MS) return;
    this.gapSince = null;
    void this.catchUp();
  }

  private listen(): void {
    const { socket } = this;
    socket.onAny((event: string, { chatId, userId }: { chatId?: number; userId?: number } = {}) => {
      if (chatId === undefined || (event === 'memberRemoved' && userId === this.userId)) return;
      this.onEvent(event, chatId);
    });
    socket.on('userStatus', ({ userId, online }: Status) => this.presence.set(userId, online));
    socket.on('syncNeeded', ({ withinMs }: { withinMs: number }) => {
      setTimeout(() => void (this.closed || this.catchUp()), this.random.next() * withinMs);
    });
    socket.on('newMessage', ({ id }: Message) => this.history.pushes.add(`${this.name} ${id}`));
    for (const event of NOTED)
      socket.on(event, (body: Changes[typeof event]) => this.replica.hear(event, body));
    for (const event of TOLD) socket.on(event, (body: Changes[typeof event]) => this.hear(event, body));
  }

  /** Applies a change of a message, from its event or an ack. */
  hear<N extends Told>(event: N, body: Changes[N]): void {
    this.history.told(body.chatId, body.version, 'messageId' in body ? body.messageId : body.id);
    this.replica.hear(event, body);
  }
}
