import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram } from './histogram.js';
import type { Crowd, StormResult } from './operations.js';
import { expectOk, openPeople } from './people.js';
import { type FrameSink, lostOf, RawClient } from './raw-client.js';

const LOOK_MS = 20;
/** If events still come after this time, the crowd does not settle. */
const SETTLE_MS = 60_000;

/** Users who are online, watch some of the others, disconnect all at once and reconnect all at once. */
export class CrowdLoad implements FrameSink {
  clients: RawClient[] = [];
  private pushes = 0;
  private told = 0;
  private lastPush = 0;

  async open(crowd: Crowd): Promise<void> {
    this.clients = await openPeople(crowd.port, crowd.people, (index) => crowd.firstUserId + index);
    for (const client of this.clients) {
      client.sink = this;
      await this.watch(client, crowd);
    }
  }

  drop(): void {
    for (const client of this.clients) client.drop();
    this.clients = [];
  }

  async comeBack(crowd: Crowd): Promise<StormResult> {
    const times = new Histogram();
    const start = performance.now();
    const before = this.pushes;
    this.clients = await Promise.all(
      Array.from({ length: crowd.people }, async (_, index) => {
        const [least, most] = crowd.away;
        if (most > 0) await sleep(least + Math.random() * (most - least));
        const from = performance.now();
        const client = await RawClient.open(crowd.port, index);
        client.sink = this;
        expectOk('userOnline', await client.call('userOnline', crowd.firstUserId + index));
        await this.watch(client, crowd);
        times.record(performance.now() - from);
        return client;
      }),
    );
    return { backMs: performance.now() - start, each: times.percentiles(), pushes: this.pushes - before };
  }

  /** @throws Error when events do not stop */
  async settle(quietMs: number): Promise<{ pushes: number; lost: number }> {
    const from = performance.now();
    while (performance.now() - Math.max(this.lastPush, from) < quietMs) {
      if (performance.now() - from > SETTLE_MS)
        throw new Error(`the crowd still gets events after ${SETTLE_MS} ms`);
      await sleep(LOOK_MS);
    }
    const pushes = this.pushes - this.told;
    this.told = this.pushes;
    return { pushes, lost: lostOf(this.clients) };
  }

  close(): void {
    for (const client of this.clients) client.close();
    this.clients = [];
  }

  ack(): void {
    // It sends all its requests by `call`.
  }

  event(_client: RawClient, _buffer: Buffer, _from: number, _to: number, now: number): void {
    this.pushes++;
    this.lastPush = now;
  }

  private async watch(client: RawClient, { watched, people, firstUserId }: Crowd): Promise<void> {
    if (watched === 0) return;
    const userIds = Array.from(
      { length: watched },
      (_, i) => firstUserId + ((client.index + i + 1) % people),
    );
    expectOk('watchPresence', await client.call('watchPresence', { userIds }));
  }
}
