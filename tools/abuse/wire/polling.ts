import type { Tally } from '../attacker/tally.js';
import { codeIn } from './chat-socket.js';
import type { Endpoint } from './connection.js';
import { rest } from './rest.js';

/** Between the packets of one body. */
export const SEPARATOR = '\x1e';

/** A session of Engine.IO's long polling. */
export class PollingSession {
  private constructor(
    readonly endpoint: Endpoint,
    readonly path: string,
    private readonly tally: Tally | null,
  ) {}

  /** Opens a session without a CONNECT; null when it is refused. */
  static async open(endpoint: Endpoint, tally: Tally | null = null): Promise<PollingSession | null> {
    const base = '/socket.io/?EIO=4&transport=polling';
    const reply = await rest(endpoint, 'GET', base);
    if (tally) tally.opened++;
    const [, sid] = /^0\{"sid":"([\w-]+)"/.exec(reply?.text ?? '') ?? [];
    if (sid !== undefined) return new PollingSession(endpoint, `${base}&sid=${sid}`, tally);
    tally?.refuse(reply ? `HTTP ${reply.status}` : 'no answer');
    return null;
  }

  /** Opens a session and connects; null when it is refused. */
  static async connect(endpoint: Endpoint, token: string | null, tally: Tally | null = null) {
    const session = await PollingSession.open(endpoint, tally);
    if (!session) return null;
    await session.post(`40${token === null ? '' : JSON.stringify({ token })}`);
    const answer = await session.poll();
    if (answer?.startsWith('40')) return session;
    tally?.refuse(codeIn(answer ?? ''));
    return null;
  }

  /** Whether the packets were taken. */
  async post(packets: string): Promise<boolean> {
    const reply = await rest(this.endpoint, 'POST', this.path, { text: packets });
    if (reply?.status === 200) return true;
    this.tally?.refuse(reply ? `HTTP ${reply.status}` : 'no answer');
    return false;
  }

  /** The packets that wait for us; pings are answered. Null when the session has ended. */
  async poll(): Promise<string | null> {
    for (;;) {
      const reply = await rest(this.endpoint, 'GET', this.path, { within: 30_000 });
      if (reply?.status !== 200) {
        this.tally?.refuse(reply ? `HTTP ${reply.status}` : 'no answer');
        return null;
      }
      if (reply.text !== '2') return reply.text;
      await this.post('3');
    }
  }
}
