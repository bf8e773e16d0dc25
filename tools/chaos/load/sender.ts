import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempt, type History, placeOf, type SendRecord } from '../history.js';
import { type Message, RETRIED } from '../protocol.js';
import type { Random } from '../random.js';
import type { Device } from './device.js';

/** The target of a message. */
export type Target = { chatId: number } | { receiverId: number };

/** An own message that may be changed. */
export interface OwnMessage {
  id: number;
  chatId: number;
}

export interface SenderOptions {
  device: Device;
  history: History;
  /** Random choices of one lane of sends in flight. */
  randomOfLane: (lane: number) => Random;
  /** Sends in flight. */
  window: number;
  /** Longest pause before the next send, in milliseconds. */
  thinkMs: number;
  /** How often an acked message is sent once more, as if the ack had been lost: 0 to 1. */
  resend: number;
  /** Characters of each text besides its unique part. */
  padding: number;
  /** The users to whom this one writes. */
  peers: readonly number[];
  /** How often a message goes to a user without a chat yet: 0 to 1. */
  newChats: number;
  /** Gives such a user: one of the load, or an unknown one. */
  stranger: () => number;
}

/**
 * A user who writes. Like a real client, it sends a message again with its key, also after a reconnect, until it is
 * acked.
 */
export class Sender {
  /** The latest own messages that were acked. */
  readonly own: OwnMessage[] = [];
  /** When the latest acked send was emitted. */
  lastServed = -Infinity;
  /** The chat to which everything goes, if there is only one. */
  chatId: number | null = null;
  private readonly chats = new Map<number, number>();
  private running = true;
  private giveUpAt = Infinity;
  private lanes: Promise<void>[] = [];
  private count = 0;

  constructor(private readonly options: SenderOptions) {}

  get device(): Device {
    return this.options.device;
  }

  start(): void {
    this.lanes = Array.from({ length: this.options.window }, (_, lane) =>
      this.lane(this.options.randomOfLane(lane)),
    );
  }

  /** Stops new sends; resolves when the old ones are acked, or after `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.running = false;
    this.giveUpAt = performance.now() + patienceMs;
    await Promise.all(this.lanes);
  }

  private get isOver(): boolean {
    return performance.now() > this.giveUpAt;
  }

  private async lane(random: Random): Promise<void> {
    const { thinkMs, resend } = this.options;
    while (this.running) {
      const target = this.nextTarget(random);
      const send = this.draft();
      const acked = await this.deliver(send, target, random);
      if (acked && random.chance(resend)) await this.deliver(send, target, random);
      if (thinkMs > 0) await sleep(random.between(0, thinkMs));
    }
  }

  private nextTarget(random: Random): Target {
    const { peers, newChats, stranger } = this.options;
    if (this.chatId !== null) return { chatId: this.chatId };
    if (random.chance(newChats)) return { receiverId: stranger() };
    const receiverId = random.pick(peers);
    const chatId = this.chats.get(receiverId);
    return chatId !== undefined && random.chance(0.5) ? { chatId } : { receiverId };
  }

  private draft(): SendRecord {
    const senderId = this.device.userId;
    const clientId = `${senderId}-${++this.count}`;
    const content = `text ${clientId}${'.'.repeat(this.options.padding)}`;
    const send: SendRecord = { senderId, clientId, content, attempts: [] };
    this.options.history.sends.push(send);
    return send;
  }

  /** Repeats a send until it is acked; false if it was refused or given up. */
  private async deliver(send: SendRecord, target: Target, random: Random): Promise<boolean> {
    const { device, history } = this.options;
    const { senderId, clientId, content } = send;
    while (await device.whenConnected(() => this.isOver)) {
      const attempt: Attempt = Object.assign(device.begin('sendMessage'), {
        sentAtWall: Date.now(),
        place: null,
      });
      send.attempts.push(attempt);
      const reply = await device.ask<Message>(
        'sendMessage',
        { senderId, ...target, clientId, content },
        attempt,
      );
      if (reply.kind === 'ok') {
        this.served(send, attempt, reply.data, target);
        return true;
      }
      if (this.isOver) return false;
      if (reply.kind === 'unknown') continue;
      if (!RETRIED.has(reply.code)) {
        history.refused(reply.record);
        return false;
      }
      await sleep(reply.retryAfterMs * (0.5 + random.next() / 2));
    }
    return false;
  }

  private served(send: SendRecord, attempt: Attempt, message: Message, target: Target): void {
    const { id, chatId, seq } = message;
    const isFirst = placeOf(send) === null;
    attempt.place = { id, chatId, seq };
    this.lastServed = Math.max(this.lastServed, attempt.sentAt);
    if ('receiverId' in target) this.chats.set(target.receiverId, chatId);
    if (isFirst) this.own.push({ id, chatId });
    if (this.own.length > 50) this.own.shift();
    this.device.hear('newMessage', message);
  }
}
