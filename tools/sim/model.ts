/** The cost of one of each. `unit-costs.json` names the source of each figure. */
export interface UnitCosts {
  /** Without the copies. */
  serverSendUs: number;
  serverCopyUs: number;
  serverReadUs: number;
  serverReconnectUs: number;
  serverMarkUs: number;
  serverHearUs: number;
  /** The short form, of messages to direct chats that the node knows: each statement, and each of its messages. */
  databaseDirectBatchUs: number;
  databaseDirectMessageUs: number;
  /** The long form, of all others. */
  databaseBatchUs: number;
  databaseMessageUs: number;
  databaseMarkUs: number;
  databasePageUs: number;
  databaseListUs: number;
  databaseReconnectUs: number;
  walMessageBytes: number;
  walMarkBytes: number;
  storedMessageBytes: number;
  redisPublishUs: number;
  socketKiB: number;
  eventBytes: number;
}

/** Assumptions about users and machines; each is a flag of `npm run simulate`. */
export const assumptions = {
  messages: { value: 6, about: 'messages that somebody online sends in an hour' },
  peak: { value: 3, about: 'the busiest moment, as a multiple of the mean' },
  groups: { value: 0.3, about: 'share of the messages that go to groups' },
  known: { value: 0.8, about: 'share of the direct messages whose chat the node knows from before' },
  size: { value: 30, about: 'members of such a group' },
  share: { value: 0.3, about: 'share of the other members who are online' },
  devices: { value: 1.3, about: 'sockets of somebody online' },
  marks: { value: 0.5, about: 'watermarks stored for a message that somebody online got' },
  pages: { value: 4, about: 'history pages that somebody online reads in an hour' },
  reconnects: { value: 2, about: 'times that a socket connects anew in an hour' },
  days: { value: 365, about: 'days that messages are kept' },
  copies: { value: 3, about: 'copies of the data: primary and replicas' },
  use: { value: 0.5, about: 'share of a machine that may be busy at the peak' },
  sockets: { value: 20_000, about: 'most sockets of one node' },
  gather: { value: 5, about: 'milliseconds from one batch of a node to its next, at the least' },
  cores: { value: 64, about: 'cores of a database machine' },
  wal: { value: 300, about: 'MB of WAL that a database machine writes in a second' },
  disk: { value: 16, about: 'TB of a database machine' },
};

export type Assumptions = Record<keyof typeof assumptions, number>;

export interface Demand {
  online: number;
  sockets: number;
  /** Per second at the peak. */
  sends: number;
  copies: number;
  marks: number;
  nodes: number;
  /** The reason for that many nodes. */
  nodesBecauseOf: 'sockets' | 'CPU';
  /** Resident memory of all sockets. */
  socketGiB: number;
  /** Busy cores of all nodes. */
  nodeCores: number;
  batches: number;
  messagesOfABatch: number;
  databaseCores: number;
  walMB: number;
  /** TB a year for one copy, and what is kept, in all copies. */
  storedTBaYear: number;
  keptTB: number;
  publishes: number;
  redisCores: number;
  redisMB: number;
  /** Database machines, by the resource that needs the most. */
  databases: number;
}

const HOUR = 3_600;
const US = 1e6;
const MB = 1e6;
const TB = 1e12;
const YEAR_SECONDS = 365 * 86_400;

/** The resources that a number of users online needs. */
export function demandOf(online: number, a: Assumptions, c: UnitCosts): Demand {
  const sockets = online * a.devices;
  const mean = (online * a.messages) / HOUR;
  const sends = mean * a.peak;
  const busy = a.peak / HOUR;
  const listeners = (1 - a.groups) * a.share + a.groups * (a.size - 1) * a.share;
  // The sender's other devices get it too.
  const copies = sends * (listeners * a.devices + a.devices - 1);
  const marks = sends * listeners * a.marks;
  const pages = online * a.pages * busy;
  const reconnects = sockets * a.reconnects * busy;

  // One channel for each room: the two users of a direct chat, or the group. A receipt is published in the same way.
  const channels = 2 * (1 - a.groups) + a.groups;
  const publishes = (sends + marks) * channels;
  const groupSockets = (a.size - 1) * a.share * a.devices;

  const cpuWith = (nodes: number): number => {
    // An event travels to the nodes that host its readers; there are never more of those than nodes.
    const heard =
      nodes === 1
        ? 0
        : (sends + marks) * ((1 - a.groups) * a.share + a.groups * Math.min(nodes - 1, groupSockets));
    return (
      (sends * c.serverSendUs +
        copies * c.serverCopyUs +
        marks * c.serverMarkUs +
        // A reconnecting client requests its chat list.
        (pages + reconnects) * c.serverReadUs +
        reconnects * c.serverReconnectUs +
        heard * c.serverHearUs) /
      US
    );
  };
  const forSockets = Math.ceil(sockets / a.sockets);
  // A node's JavaScript runs on one core.
  let nodes = forSockets;
  while (Math.ceil(cpuWith(nodes) / a.use) > nodes) nodes = Math.ceil(cpuWith(nodes) / a.use);
  const nodeCores = cpuWith(nodes);

  // A node writes one batch at a time, and no more batches than messages.
  const batches = Math.min(sends, (nodes * 1_000) / a.gather);
  // A batch is one statement for each form that its messages take.
  const plain = sends * (1 - a.groups) * a.known;
  const judged = sends - plain;
  const databaseCores =
    (Math.min(batches, plain) * c.databaseDirectBatchUs +
      plain * c.databaseDirectMessageUs +
      Math.min(batches, judged) * c.databaseBatchUs +
      judged * c.databaseMessageUs +
      marks * c.databaseMarkUs +
      pages * c.databasePageUs +
      reconnects * (c.databaseReconnectUs + c.databaseListUs)) /
    US;
  const walMB = (sends * c.walMessageBytes + marks * c.walMarkBytes) / MB;
  const storedTBaYear = (mean * YEAR_SECONDS * c.storedMessageBytes) / TB;
  const heldTB = (storedTBaYear * a.days) / 365;
  const redisCores = nodes === 1 ? 0 : (publishes * c.redisPublishUs) / US;
  return {
    online,
    sockets,
    sends,
    copies,
    marks,
    nodes,
    nodesBecauseOf: nodes > forSockets ? 'CPU' : 'sockets',
    socketGiB: (sockets * c.socketKiB) / 2 ** 20,
    nodeCores,
    batches,
    messagesOfABatch: sends / batches,
    databaseCores,
    walMB,
    storedTBaYear,
    keptTB: heldTB * a.copies,
    publishes: nodes === 1 ? 0 : publishes,
    redisCores,
    redisMB: nodes === 1 ? 0 : (publishes * c.eventBytes) / MB,
    databases: Math.max(
      1,
      Math.ceil(databaseCores / (a.cores * a.use)),
      Math.ceil(walMB / (a.wal * a.use)),
      Math.ceil(heldTB / a.disk),
    ),
  };
}

/** Each limit of a single machine, and its use; 1 is the allowed maximum. */
export interface Limit {
  name: string;
  use: (demand: Demand) => number;
  /** What to do beyond it. */
  then: string;
}

export function limitsOf(a: Assumptions): Limit[] {
  return [
    {
      name: 'one node: sockets',
      use: (d) => d.sockets / a.sockets,
      then: 'more nodes, and Redis between them',
    },
    { name: 'one node: CPU', use: (d) => d.nodeCores / a.use, then: 'more nodes, and Redis between them' },
    {
      name: 'one database: disk',
      use: (d) => ((d.storedTBaYear / 365) * a.days) / a.disk,
      then: 'partitions by chat, old ones on cheaper disks; then a distributed PostgreSQL',
    },
    {
      name: 'one database: CPU',
      use: (d) => d.databaseCores / (a.cores * a.use),
      then: 'reads to replicas; then a distributed PostgreSQL, by chat',
    },
    {
      name: 'one database: WAL',
      use: (d) => d.walMB / (a.wal * a.use),
      then: 'a distributed PostgreSQL, by chat',
    },
    { name: 'one Redis: CPU', use: (d) => d.redisCores / a.use, then: 'Redis Cluster' },
  ];
}

/** How many users online reach a limit. Growth over time is not simulated: the disk holds `days` of messages. */
export function breaksAt(limit: Limit, a: Assumptions, c: UnitCosts): number {
  let [low, high] = [1, 1e12];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (limit.use(demandOf(middle, a, c)) > 1) high = middle;
    else low = middle;
  }
  return low;
}
