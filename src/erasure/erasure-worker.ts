import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
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
const LEASE_MS = 30_000;

/** Milliseconds between two looks for erasures that nobody works on. */
const LOOK_EVERY_MS = 2_000;

/** Milliseconds between two parts: others come in between. */
const PAUSE_MS = 10;

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
  private readonly logger = new Logger(ErasureWorker.name);
  private readonly node = randomUUID();
  private readonly forgetting: RepeatedChunks;
  private timer: NodeJS.Timeout | null = null;
  private working: Promise<void> | null = null;
  private lookAgain = false;
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly steps: ErasureSteps,
  ) {
    this.forgetting = new RepeatedChunks({
      what: 'what erasures still knew',
      everyMs: FORGET_EVERY_MS,
      chunk: FORGOTTEN_AT_ONCE,
      remove: () => forgetOldErasures(database, { days: FORGET_DAYS, most: FORGOTTEN_AT_ONCE }),
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    this.forgetting.start();
    this.look();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.timer) clearInterval(this.timer);
    await Promise.all([this.working, this.forgetting.stop()]);
  }

  /** Looks for erasures now. */
  look(): void {
    if (this.working) {
      this.lookAgain = true;
      return;
    }
    if (this.stopping) return;
    this.working = this.workOff().finally(() => {
      this.working = null;
      if (!this.lookAgain) return;
      this.lookAgain = false;
      this.look();
    });
  }

  /** Never rejects. */
  private async workOff(): Promise<void> {
    let erasure: Leased | undefined;
    try {
      while (!this.stopping) {
        erasure = await leaseErasure(this.database, { node: this.node, ms: LEASE_MS });
        if (!erasure) return;
        await this.erase(erasure);
      }
    } catch (error) {
      this.logger.warn(`Could not go on with an erasure, trying again: ${String(error)}`);
      if (erasure) await this.release(erasure.id);
    }
  }

  private async erase(erasure: Leased): Promise<void> {
    const { id } = erasure;
    let { step, cursor } = erasure;
    while (!this.stopping) {
      const { next, restMs } = await this.steps.do(step, { ...erasure, cursor });
      const following = STEPS[STEPS.indexOf(step) + 1];
      const done = next === null && following === undefined;
      if (next === null && following !== undefined) step = following;
      cursor = next;
      const saved = await saveProgress(this.database, {
        id,
        node: this.node,
        ms: LEASE_MS + restMs,
        step,
        cursor,
        done,
      });
      if (done || saved === 0) return;
      await pause(PAUSE_MS + restMs, undefined, { ref: false });
    }
    await this.release(id);
  }

  private async release(id: number): Promise<void> {
    await releaseErasure(this.database, { id, node: this.node }).catch(() => undefined);
  }
}
