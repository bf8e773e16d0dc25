import { type Assumptions, assumptions, breaksAt, demandOf, limitsOf, type UnitCosts } from './model.js';

/** Round figures, so that the results can be checked on paper. */
const costs: UnitCosts = {
  serverSendUs: 10,
  serverCopyUs: 1,
  serverReadUs: 100,
  serverReconnectUs: 1_000,
  serverMarkUs: 10,
  serverHearUs: 1,
  databaseDirectBatchUs: 500,
  databaseDirectMessageUs: 10,
  databaseBatchUs: 1_000,
  databaseMessageUs: 20,
  databaseMarkUs: 20,
  databasePageUs: 100,
  databaseListUs: 100,
  databaseReconnectUs: 400,
  walMessageBytes: 1_000,
  walMarkBytes: 100,
  storedMessageBytes: 500,
  redisPublishUs: 10,
  socketKiB: 50,
  eventBytes: 500,
};

/** Only direct messages, one device each, everybody online, no other commands. */
const plain: Assumptions = {
  ...(Object.fromEntries(
    Object.entries(assumptions).map(([name, { value }]) => [name, value]),
  ) as Assumptions),
  messages: 3.6,
  peak: 1,
  groups: 0,
  known: 0,
  share: 1,
  devices: 1,
  marks: 0,
  pages: 0,
  reconnects: 0,
  use: 0.5,
  sockets: 10_000,
  gather: 10,
};

describe('The simulation', () => {
  it('computes sockets, messages and copies from users online', () => {
    // 3.6 an hour from a million users are 1,000 a second.
    expect(demandOf(1e6, plain, costs)).toMatchObject({
      sockets: 1e6,
      sends: 1_000,
      copies: 1_000,
      marks: 0,
    });
    const two = demandOf(1e6, { ...plain, devices: 2, peak: 3 }, costs);
    // Two devices of the receiver, and the sender's other one.
    expect(two).toMatchObject({ sockets: 2e6, sends: 3_000, copies: 9_000 });
  });

  it('counts the members of groups who are online', () => {
    const { copies } = demandOf(1e6, { ...plain, groups: 1, size: 21, share: 0.5 }, costs);
    expect(copies).toBe(10_000);
  });

  it('needs nodes for the sockets, or more for the CPU', () => {
    expect(demandOf(1e6, plain, costs)).toMatchObject({ nodes: 100, nodesBecauseOf: 'sockets' });
    const busy = demandOf(1e6, { ...plain, messages: 36_000, sockets: 1e6 }, costs);
    // 10 million a second, each 10 µs, a copy 1 and a hearing 1: 120 cores, half used.
    expect(busy).toMatchObject({ nodes: 240, nodesBecauseOf: 'CPU', nodeCores: 120 });
  });

  it('charges the database for each batch: many nodes with few messages are expensive', () => {
    // 100 nodes could send 10,000 batches a second: each of the 1,000 messages is a batch of its own.
    expect(demandOf(1e6, plain, costs)).toMatchObject({ batches: 1_000, messagesOfABatch: 1 });
    expect(demandOf(1e6, plain, costs).databaseCores).toBeCloseTo(1.02);
    // One node sends 100 batches a second, with 10 messages each.
    const one = demandOf(1e6, { ...plain, sockets: 1e6 }, costs);
    expect(one).toMatchObject({ nodes: 1, batches: 100, messagesOfABatch: 10 });
    expect(one.databaseCores).toBeCloseTo(0.12);
  });

  it('charges the short form for direct chats that the node knows, and both forms for a mixed batch', () => {
    const known = { ...plain, known: 1, sockets: 1e6 };
    // 100 batches of 10: 100 × 500 + 1,000 × 10 µs.
    expect(demandOf(1e6, known, costs).databaseCores).toBeCloseTo(0.06);
    // Half of each: 100 × (500 + 1,000) + 500 × 10 + 500 × 20 µs.
    expect(demandOf(1e6, { ...known, known: 0.5 }, costs).databaseCores).toBeCloseTo(0.165);
    // Alone in its batch a message takes one form: 500 × 510 + 500 × 1,020 µs.
    expect(demandOf(1e6, { ...plain, known: 0.5 }, costs).databaseCores).toBeCloseTo(0.765);
    // Messages to groups take the long form.
    expect(demandOf(1e6, { ...known, groups: 1, size: 2 }, costs).databaseCores).toBeCloseTo(0.12);
  });

  it('charges a reconnect for the connection and for the chat list', () => {
    // 36 an hour of 100,000 sockets are 1,000 a second, and nobody writes.
    const storm = { ...plain, messages: 1e-9, reconnects: 36, sockets: 1e6 };
    const { nodeCores, databaseCores } = demandOf(1e5, storm, costs);
    expect(nodeCores).toBeCloseTo(1.1);
    expect(databaseCores).toBeCloseTo(0.5);
  });

  it('computes storage from the mean rate, not from the peak', () => {
    const { storedTBaYear, keptTB } = demandOf(1e6, { ...plain, peak: 5, days: 73, copies: 3 }, costs);
    // 1,000 a second × 31,536,000 s × 500 bytes.
    expect(storedTBaYear).toBeCloseTo(15.768);
    expect(keptTB).toBeCloseTo((15.768 / 5) * 3);
  });

  it('publishes to both users of a direct chat and once to a group, and not at all with one node', () => {
    expect(demandOf(1e6, plain, costs)).toMatchObject({ publishes: 2_000, redisMB: 1 });
    expect(demandOf(1e6, { ...plain, groups: 1, size: 2 }, costs)).toMatchObject({ publishes: 1_000 });
    expect(demandOf(1e3, plain, costs)).toMatchObject({ nodes: 1, publishes: 0, redisCores: 0 });
  });

  it('finds where each limit is full', () => {
    const [sockets] = limitsOf(plain);
    expect(breaksAt(sockets!, plain, costs) / 10_000).toBeCloseTo(1, 2);
    for (const limit of limitsOf(plain)) {
      const at = breaksAt(limit, plain, costs);
      expect(limit.use(demandOf(at * 0.9, plain, costs))).toBeLessThanOrEqual(1);
      expect(limit.use(demandOf(at * 1.1, plain, costs))).toBeGreaterThan(1);
    }
  });
});
