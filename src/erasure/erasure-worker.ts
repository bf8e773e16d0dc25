import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import { Identity } from '../commands/identity/identity.js';
import { RepeatedLook } from '../common/flow/repeated-look.js';
import { Database } from '../database/database.js';
import { ErasureSteps } from './erasure-steps.js';
import {
  forgetOldErasures,
  leaseErasure,
  type Leased,
  releaseErasure,
  saveProgress,
  STEPS,
} from './erasures.queries.js';

/** Milliseconds for which a node may work on an erasure without having finished a part of it. */
const LEASE_MS = 10_000;

/** Milliseconds between two looks for erasures that nobody works on. */
const LOOK_EVERY_MS = 5_000;

/** Milliseconds between two parts: others come in between. */
const PAUSE_MS = 10;

/**
 * Milliseconds after the answer in which nothing is erased yet: other nodes refuse the person within a second, and what they
 * were doing until then has to be there when it is looked for.
 */
const STILL_WRITING_MS = 1_500;

/** Days after which an erasure forgets what it still knew, see `forgetOldErasures`. */
const FORGET_DAYS = 90;
const FORGET_EVERY_MS = 600_000;
const FORGOTTEN_AT_ONCE = 1_000;

/**
 * Works off erasures, one at a time on a node, in parts of some milliseconds. Where it stopped, because the process ended
 * or the database was away, a node goes on as soon as the lease has ended.
 */
@Injectable()
export class ErasureWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly node = randomUUID();
  private readonly looks = new RepeatedLook({
    what: 'erasures to go on with',
    everyMs: LOOK_EVERY_MS,
    look: () => this.workOff(),
  });
  private readonly forgetting: RepeatedChunks;
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly steps: ErasureSteps,
    private readonly audit: AuditService,
    private readonly identity: Identity,
  ) {
    this.forgetting = new RepeatedChunks({
      what: 'what erasures still knew',
      everyMs: FORGET_EVERY_MS,
      chunk: FORGOTTEN_AT_ONCE,
      remove: () => forgetOldErasures(database, { days: FORGET_DAYS, most: FORGOTTEN_AT_ONCE }),
    });
  }

  onApplicationBootstrap(): void {
    this.looks.start();
    this.forgetting.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await Promise.all([this.looks.stop(), this.forgetting.stop()]);
  }

  /** Looks for erasures now. */
  look(): void {
    void this.looks.now();
  }

  private async workOff(): Promise<void> {
    let erasure: Leased | undefined;
    try {
      while (!this.stopping) {
        erasure = await leaseErasure(this.database, { node: this.node, ms: LEASE_MS });
        if (!erasure) return;
        await this.erase(erasure);
      }
    } catch (error) {
      if (erasure) await this.release(erasure.id);
      throw error;
    }
  }

  private async erase(erasure: Leased): Promise<void> {
    const { id } = erasure;
    let { step, cursor } = erasure;
    const waitMs = this.identity.open ? 0 : STILL_WRITING_MS - erasure.ageMs;
    if (waitMs > 0) await pause(waitMs, undefined, { ref: false });
    while (!this.stopping) {
      const { next, restMs } = await this.steps.do(step, { ...erasure, cursor });
      const following = STEPS[STEPS.indexOf(step) + 1];
      const done = next === null && following === undefined;
      if (next === null && following !== undefined) step = following;
      cursor = next;
      const progress = { id, node: this.node, ms: LEASE_MS + restMs, step, cursor, done };
      const saved = done ? await this.finish(erasure, progress) : await saveProgress(this.database, progress);
      if (done || saved === 0) return;
      await pause(PAUSE_MS + restMs, undefined, { ref: false });
    }
    await this.release(id);
  }

  private finish({ id, userId }: Leased, progress: Parameters<typeof saveProgress>[1]): Promise<number> {
    return this.database.transaction(async (tx) => {
      const saved = await saveProgress(tx, progress);
      const what = { userId, details: { erasureId: id } };
      if (saved > 0) await this.audit.record({ userId: null }, 'erasureFinished', what, tx);
      return saved;
    });
  }

  private async release(id: number): Promise<void> {
    await releaseErasure(this.database, { id, node: this.node }).catch(() => undefined);
  }
}
