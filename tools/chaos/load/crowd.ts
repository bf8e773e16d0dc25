import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';

/** Ids that no load uses. */
const FIRST_ID = 50_000_000;
const AT_ONCE = 50;

/** Many users who are only connected, with stock clients and stock settings. */
export class Crowd {
  private readonly sockets: Socket[] = [];
  private online = 0;
  /** When connections were lost, and when they were back, by `performance.now()`. */
  private readonly went: number[] = [];
  private readonly back: number[] = [];

  /** Resolves when all of them are online. */
  static async come(port: number, size: number): Promise<Crowd> {
    const crowd = new Crowd();
    for (let from = 0; from < size; from += AT_ONCE) {
      const to = Math.min(size, from + AT_ONCE);
      for (let i = from; i < to; i++) crowd.add(FIRST_ID + i, port);
      await crowd.allOnline(60_000);
    }
    crowd.back.length = 0;
    return crowd;
  }

  /** @throws Error when not all are online within so many milliseconds. */
  async allOnline(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (this.online < this.sockets.length) {
      if (performance.now() > end)
        throw new Error(`Only ${this.online} of ${this.sockets.length} of the crowd are online`);
      await sleep(20);
    }
  }

  /** How many connections were lost in each second since then, and how many came back. */
  histogram(since: number): { went: number[]; back: number[] } {
    return { went: perSecond(this.went, since), back: perSecond(this.back, since) };
  }

  close(): void {
    for (const socket of this.sockets) socket.disconnect();
  }

  private add(userId: number, port: number): void {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
    this.sockets.push(socket);
    let isOnline = false;
    const enter = async (): Promise<void> => {
      for (let ok = false; !ok && socket.connected;) {
        const answer: unknown = await socket
          .timeout(10_000)
          .emitWithAck('userOnline', userId)
          .catch(() => null);
        ok = (answer as { ok: boolean } | null)?.ok === true;
        if (!ok) await sleep(500);
        else if (socket.connected && !isOnline) {
          isOnline = true;
          this.online++;
          this.back.push(performance.now());
        }
      }
    };
    socket.on('connect', () => void enter());
    socket.on('disconnect', () => {
      if (isOnline) this.online--;
      isOnline = false;
      this.went.push(performance.now());
    });
  }
}

function perSecond(times: readonly number[], since: number): number[] {
  const counts: number[] = [];
  for (const time of times) {
    if (time < since) continue;
    const second = Math.floor((time - since) / 1_000);
    while (counts.length <= second) counts.push(0);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}
