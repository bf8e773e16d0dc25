import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Deactivations } from '../commands/identity/deactivations.js';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import { RepeatedLook } from '../common/flow/repeated-look.js';
import { Database } from '../database/database.js';
import { DeactivationEffects } from './deactivation-effects.js';
import {
  endExpired,
  forgetEnded,
  hasExpired,
  lockDeactivations,
  takeUnmarked,
} from './deactivation.queries.js';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 500;

/** Users at a time. */
const CHUNK = 50;

/** Milliseconds for which it marks the chats of one user before others have their turn: less than it is taken for. */
const MARKED_WITHIN_MS = 5_000;

const FORGET_EVERY_MS = 600_000;

/**
 * Ends deactivations whose time is over: tokens are judged by the time itself, but others see it when this has run. And
 * finishes what a node that died, or met a locked chat, has left undone. Every node does it.
 */
@Injectable()
export class DeactivationKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly looks = new RepeatedLook({
    what: 'deactivations that are over',
    everyMs: LOOK_EVERY_MS,
    look: () => this.look(),
  });
  private readonly purge: RepeatedChunks;

  constructor(
    private readonly database: Database,
    private readonly deactivations: Deactivations,
    private readonly effects: DeactivationEffects,
  ) {
    this.purge = new RepeatedChunks({
      what: 'ended deactivations',
      everyMs: FORGET_EVERY_MS,
      chunk: CHUNK,
      remove: () => forgetEnded(database, CHUNK),
    });
  }

  onApplicationBootstrap(): void {
    this.looks.start();
    this.purge.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.looks.stop(), this.purge.stop()]);
  }

  private async look(): Promise<void> {
    if ((await hasExpired(this.database, undefined)) > 0) await this.endExpired();
    for (const changed of await takeUnmarked(this.database, CHUNK)) {
      await this.effects.mark(changed, MARKED_WITHIN_MS);
    }
  }

  private async endExpired(): Promise<void> {
    const ended = await this.database.transaction(async (tx) => {
      await lockDeactivations(tx, undefined);
      return endExpired(tx, CHUNK);
    });
    for (const { userId } of ended) this.deactivations.changed(userId, null);
    await this.effects.tell(ended.map(({ userId }) => userId));
    for (const changed of ended) await this.effects.mark(changed, MARKED_WITHIN_MS);
  }
}
