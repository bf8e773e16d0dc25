import { socketIo } from '../../packages/client/src/transport/socket-io.js';
import type { Link, LinkListener, Transport } from '../../packages/client/src/transport/transport.js';

export interface Faults {
  /** Parts of all events that are dropped, come twice, or come late. */
  drop: number;
  double: number;
  late: number;
  /** Milliseconds by which late ones come later, at most. */
  lateMs: number;
  /** Part of the answers that are lost. */
  loseAnswers: number;
}

export const NO_FAULTS: Faults = { drop: 0, double: 0, late: 0, lateMs: 0, loseAnswers: 0 };

/** Numbers from 0 to 1 that are the same for the same seed. https://en.wikipedia.org/wiki/Xorshift */
export function random(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Socket.IO over a bad network. */
export class FaultyTransport implements Transport {
  faults = NO_FAULTS;
  /** While true no connection is opened. */
  offline = false;
  /** Connections that were cut, and how often `sync` was asked for. */
  cuts = 0;
  syncs = 0;
  private readonly inner: Transport;
  private open_: { link: Link; listener: LinkListener } | null = null;

  constructor(
    url: string,
    private readonly chance: () => number,
  ) {
    this.inner = socketIo(url);
  }

  open(auth: Record<string, unknown>, listener: LinkListener): Link {
    if (this.offline) {
      setTimeout(() => listener.closed(), 5);
      return { ask: () => new Promise(() => undefined), close: () => undefined };
    }
    const { chance } = this;
    let closed = false;
    const link = this.inner.open(auth, {
      ...listener,
      refused: (error) => listener.refused(error),
      closed: () => listener.closed(),
      event: (name, body) => {
        const say = () => !closed && listener.event(name, body);
        if (name === 'ready') return void say();
        const { drop, double, late, lateMs } = this.faults;
        if (chance() < drop) return;
        const delay = chance() < late ? chance() * lateMs : 0;
        if (delay > 0) setTimeout(say, delay);
        else say();
        if (chance() < double) setTimeout(say, chance() * lateMs);
      },
    });
    const faulty: Link = {
      ask: async (command, input) => {
        if (command === 'sync') this.syncs++;
        const lost = command !== 'sync' && chance() < this.faults.loseAnswers;
        const answer = await link.ask(command, input);
        return lost ? new Promise(() => undefined) : answer;
      },
      close: () => {
        closed = true;
        link.close();
      },
    };
    this.open_ = { link: faulty, listener };
    return faulty;
  }

  /** Breaks the connection, as a network does. */
  cut(): void {
    if (!this.open_) return;
    const { link, listener } = this.open_;
    this.open_ = null;
    this.cuts++;
    link.close();
    listener.closed();
  }
}
