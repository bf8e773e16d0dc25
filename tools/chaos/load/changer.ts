import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../history.js';
import { RETRIED } from '../protocol.js';
import type { Random } from '../random.js';
import type { Changes } from './replica.js';
import type { OwnMessage, Sender } from './sender.js';

const EMOJI = ['👍', '🎉', '🙂'] as const;

/**
 * A user's other actions: changes own messages one after another, repeating each change with its key until it is
 * answered, and reads in between.
 */
export class Changer {
  private running = true;
  private giveUpAt = Infinity;
  private done: Promise<void> = Promise.resolve();
  private count = 0;

  constructor(
    private readonly sender: Sender,
    private readonly history: History,
    private readonly random: Random,
    /** Longest pause between two commands, in milliseconds. */
    private readonly pauseMs: number,
  ) {}

  start(): void {
    this.done = this.work();
  }

  /** Resolves when the current change is answered, or after `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.running = false;
    this.giveUpAt = performance.now() + patienceMs;
    await this.done;
  }

  private get isOver(): boolean {
    return performance.now() > this.giveUpAt;
  }

  private async work(): Promise<void> {
    const { random, sender } = this;
    while (this.running) {
      await sleep(random.between(1, this.pauseMs));
      const message = sender.own.at(random.between(0, sender.own.length));
      if (message && this.running) await this.oneOf(message);
    }
  }

  private async oneOf(message: OwnMessage): Promise<void> {
    const { random } = this;
    const { id: messageId, chatId } = message;
    const kind = random.next();
    if (kind < 0.35) {
      const content = `edit ${this.sender.device.userId}-${++this.count}`;
      await this.change('editMessage', message, { content }, 'messageEdited');
    } else if (kind < 0.6) {
      const emoji = random.pick(EMOJI);
      const command = random.chance(0.7) ? 'addReaction' : 'removeReaction';
      await this.change(command, message, { emoji }, 'reactionsChanged');
    } else if (kind < 0.7) {
      this.sender.own.splice(this.sender.own.indexOf(message), 1);
      await this.change('deleteMessage', message, {}, 'messageDeleted');
    } else if (kind < 0.8) await this.read('markAsSeen', { messageId });
    else if (kind < 0.87) await this.read('getMessages', { chatId, limit: 20 });
    else if (kind < 0.94) await this.read('sync', { versions: { [chatId]: 1 } });
    else await this.read('getChats', { limit: 20 });
  }

  /** Repeats a change with its key until it is answered: the answer to a retry is that to the first attempt. */
  private async change(
    command: string,
    { id, chatId }: OwnMessage,
    input: object,
    event: 'messageEdited' | 'messageDeleted' | 'reactionsChanged',
  ): Promise<void> {
    const { device } = this.sender;
    const payload = { userId: device.userId, messageId: id, clientId: `change-${++this.count}`, ...input };
    while (await device.whenConnected(() => this.isOver)) {
      const reply = await device.ask<Changes[typeof event]>(command, payload);
      if (reply.kind === 'ok') {
        device.hear(event, reply.data);
        this.history.changes.push({ command, chatId, messageId: id, version: reply.data.version });
        return;
      }
      if (this.isOver) break;
      if (reply.kind === 'unknown') continue;
      if (!RETRIED.has(reply.code)) return this.history.refused(reply.record);
      await sleep(reply.retryAfterMs * (0.5 + this.random.next() / 2));
    }
    this.history.abandoned++;
  }

  /** Sends a command once: reads and watermarks may fail, but must be answered. */
  private async read(command: string, input: object): Promise<void> {
    const { device } = this.sender;
    if (!device.connected) return;
    const reply = await device.ask(command, { userId: device.userId, ...input });
    if (reply.kind === 'error' && !RETRIED.has(reply.code)) this.history.refused(reply.record);
  }
}
