import { Injectable, Logger, Module } from '@nestjs/common';

/**
 * The inner events of this node, by name. The feature that emits an event declares it:
 *
 * ```ts
 * declare module '../common/bus.js' {
 *   interface InnerEvents {
 *     blockChanged: { userId: number; blockedId: number };
 *   }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- features declare its members
export interface InnerEvents {}

type Listener<E extends keyof InnerEvents> = (payload: InnerEvents[E]) => void | Promise<void>;

/**
 * Carries events between the features of this node; none of them leaves the node. An event is emitted after its commit.
 *
 * - The listeners of an event are called in the order of their subscription, in the call that emits it.
 * - An error of a listener, thrown or rejected, is logged; the other listeners and the emitter do not notice.
 */
@Injectable()
export class Bus {
  private readonly logger = new Logger(Bus.name);
  private readonly listeners = new Map<string, ((payload: never) => void | Promise<void>)[]>();

  on<E extends keyof InnerEvents>(event: E, listener: Listener<E>): void {
    const known = this.listeners.get(event);
    if (known) known.push(listener);
    else this.listeners.set(event, [listener]);
  }

  emit<E extends keyof InnerEvents>(event: E, payload: InnerEvents[E]): void {
    for (const listener of this.listeners.get(event) ?? []) {
      void this.call(event, listener as Listener<E>, payload);
    }
  }

  /** As `emit`. Resolves when the promises of all listeners are settled; never rejects. */
  async emitAndWait<E extends keyof InnerEvents>(event: E, payload: InnerEvents[E]): Promise<void> {
    const listeners = (this.listeners.get(event) ?? []) as Listener<E>[];
    await Promise.all(listeners.map((listener) => this.call(event, listener, payload)));
  }

  private async call<E extends keyof InnerEvents>(
    event: E,
    listener: Listener<E>,
    payload: InnerEvents[E],
  ): Promise<void> {
    try {
      await listener(payload);
    } catch (error) {
      this.logger.error(error, `A listener of ${event} failed`);
    }
  }
}

/** The bus of this node. */
@Module({ providers: [Bus], exports: [Bus] })
export class BusModule {}
