import { commandNames, definitionOf, repliesOf } from '../../src/contract/index.js';
import { RawSocket } from './raw-socket.js';
import { eventually, type Client, World } from './world.js';

/** Most milliseconds until both wires have finished alike. */
const PATIENCE_MS = 5_000;

/** An ack id that no script uses. */
const LAST_ACK = 888_888;

/** The result of a script on one wire. */
export interface Outcome {
  /** The close code; null: the connection is open, and everything is answered. */
  closed: number | null;
  /** Answers by ack id; those of one id in order. */
  answers: Record<string, unknown[]>;
  /** The ack ids of the sends, in the order of their answers. */
  sends: string[];
  /** Everything else that came, by name, in order: events, and packets of other kinds. */
  events: Record<string, unknown[]>;
  /** Events that the other user got, by name, in order. */
  heard: Record<string, unknown[]>;
  /** The messages that are stored, in order. */
  stored: string[];
}

/** Builds the chunks to write one after another, from the ids of sender and receiver. */
export type Script = (aliceId: number, bobId: number) => Buffer[];

/** Two servers, one on each wire, each with its own database. */
export class BothWires {
  private lastId = 5_000;

  private constructor(
    private readonly worlds: { fast: World; stock: World },
    private readonly bystanders: Client[],
  ) {}

  static async start(): Promise<BothWires> {
    const [fast, stock] = await Promise.all([
      World.start({ SOCKET_WIRE: 'fast' }),
      World.start({ SOCKET_WIRE: 'stock' }),
    ]);
    return new BothWires({ fast, stock }, [await fast.person(), await stock.person()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.worlds.fast.stop(), this.worlds.stock.stop()]);
  }

  /** Sends the same bytes on both wires, as users with the same ids. Checks that both servers are alive afterwards. */
  async run(script: Script): Promise<{ fast: Outcome; stock: Outcome }> {
    const [aliceId, bobId] = [++this.lastId, ++this.lastId];
    const runs = [this.worlds.fast, this.worlds.stock].map((world) => Session.start(world, aliceId, bobId));
    const sessions = await Promise.all(runs);
    await Promise.all(sessions.map((session) => session.write(script(aliceId, bobId))));
    const look = () => Promise.all(sessions.map((session) => session.outcome()));
    const end = performance.now() + PATIENCE_MS;
    let outcomes = await look();
    while (!isAlike(outcomes) && performance.now() < end) outcomes = await look();
    for (const session of sessions) session.end();
    for (const bystander of this.bystanders) await bystander.ok('getOnlineUsers');
    return { fast: outcomes[0]!, stock: outcomes[1]! };
  }
}

/** A user who sends bytes, and a user who listens. */
class Session {
  private closed: number | null = null;

  private constructor(
    private readonly world: World,
    private readonly ids: { alice: number; bob: number },
    private readonly alice: RawSocket,
    private readonly bob: RawSocket,
  ) {}

  static async start(world: World, alice: number, bob: number): Promise<Session> {
    const [one, other] = await Promise.all([
      RawSocket.connect(world.socketUrl),
      RawSocket.connect(world.socketUrl),
    ]);
    await one.ask('userOnline', String(alice));
    await other.ask('userOnline', String(bob));
    const session = new Session(world, { alice, bob }, one, other);
    void one.closed.then((code) => (session.closed = code));
    return session;
  }

  /** Resolves when the connection is closed or all writes are answered. */
  async write(chunks: readonly Buffer[]): Promise<void> {
    const { alice } = this.ids;
    for (const chunk of chunks) {
      if (this.alice.isOpen) this.alice.sendBytes(chunk);
      // Usually each gets its own turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    // A write waits for the writes before it. This one changes nothing that a read still under way could see.
    if (this.alice.isOpen) this.alice.send(`42${LAST_ACK}["userOnline",${alice}]`);
    await eventually(() => this.closed !== null || this.alice.answers.has(LAST_ACK));
  }

  async outcome(): Promise<Outcome> {
    const { alice, bob } = this.ids;
    const rows = await this.world.sql<{ content: string }>(
      `SELECT content FROM messages WHERE "senderId" = ANY($1) ORDER BY seq`,
      [[alice, bob]],
    );
    const frames = this.alice.unread.map(read).filter(isCompared);
    const answers = frames.filter(({ ack }) => ack !== null);
    return {
      closed: this.closed,
      answers: Object.fromEntries(
        answers.map(({ ack }) => [ack, answers.filter((one) => one.ack === ack).map(({ data }) => data)]),
      ),
      sends: answers.filter(({ data }) => /"seq":\d/.test(JSON.stringify(data))).map(({ ack }) => ack!),
      events: byName(frames.filter(({ ack }) => ack === null)),
      heard: byName(this.bob.unread.map(read).filter(isCompared)),
      stored: rows.map(({ content }) => content),
    };
  }

  end(): void {
    this.alice.close();
    this.bob.close();
  }
}

interface Frame {
  ack: string | null;
  name: string;
  data: unknown;
}

/** The parts of a frame that are the same on both wires: without database ids, times and sids. */
function read(frame: string): Frame {
  const [, type = '', nsp = '', ack = '', json = ''] =
    /^(4[0-4])(\/[^,]*,)?(\d*)([\s\S]*)$/.exec(frame) ?? [];
  if (type === '') return { ack: null, name: frame, data: null };
  const data: unknown = json === '' ? null : JSON.parse(json, anonymous);
  if (type === '43') return { ack, name: '', data };
  const name = type === '42' && Array.isArray(data) ? String(data[0]) : type + nsp;
  // The exceptions of one command are a kind of their own.
  const command =
    name === 'exception' ? ` of ${String((data as [string, { command: unknown }])[1].command)}` : '';
  return { ack: null, name: name + command, data };
}

function anonymous(key: string, value: unknown): unknown {
  if (['id', 'chatId', 'messageId', 'sid'].includes(key) && value !== null) return key;
  if (typeof value !== 'string') return value;
  // The cursor of a chat is its activity, in milliseconds, and its id.
  if (/^\d{13}\.\d+$/.test(value)) return 'a cursor';
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? 'a time' : value;
}

/** Whether a user gets the online event of the other depends on what came first, that event or their chat. */
const isCompared = ({ name }: Frame) => name !== 'userStatus';

function byName(frames: readonly Frame[]): Record<string, unknown[]> {
  const named: Record<string, unknown[]> = {};
  for (const { name, data } of frames) (named[name] ??= []).push(data);
  return named;
}

function isAlike([one, other]: Outcome[]): boolean {
  return JSON.stringify(comparable(one!)) === JSON.stringify(comparable(other!));
}

/**
 * What must be the same on both wires. What a closed connection still received is a matter of chance on both; what was
 * stored and what others received is not. And 1006 stands for any close whose frame was lost with the bytes behind it.
 */
export function comparable({ closed, answers, sends, events, heard, stored }: Outcome): unknown {
  if (closed !== null) return { isClosed: true, heard: sorted(heard), stored };
  return {
    isClosed: false,
    answers: sorted(answers),
    sends,
    events: sorted(events),
    heard: sorted(heard),
    stored,
  };
}

/** Reads run side by side: between their answers no order is promised. */
const OF_READS: ReadonlySet<string> = new Set(
  commandNames
    .filter((name) => definitionOf(name).order === 'read')
    .flatMap((name) => [`exception of ${name}`, ...repliesOf(definitionOf(name))]),
);

const sorted = (record: Record<string, unknown[]>) =>
  Object.entries(record)
    .map(([name, data]): [string, unknown[]] => [name, OF_READS.has(name) ? byText(data) : data])
    .sort(([a], [b]) => (a < b ? -1 : 1));

const byText = (data: unknown[]) =>
  [...data].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
