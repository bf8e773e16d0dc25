/** What the proxy knows of a text frame: a packet of Socket.IO's main namespace, or something else. */
export type Frame =
  | { kind: 'connect'; data: unknown }
  | { kind: 'event'; name: string; argument: unknown; ackId: number | null }
  | { kind: 'ack'; ackId: number }
  /** A packet with binary data: so many binary frames follow. */
  | { kind: 'binary'; attachments: number }
  /** Other packets of Socket.IO: of another namespace, a refused connect, a disconnect, or not readable. */
  | { kind: 'packet' }
  /** Of Engine.IO alone: its handshake, pings, a probe. */
  | { kind: 'engine' };

/** Packet type, number of attachments, namespace, ack id. */
const PACKET = /^4([0-6])(?:(\d+)-)?(?:(\/[^,]*),)?(\d+)?/;

const UNREADABLE: Frame = { kind: 'packet' };

export function readFrame(text: string): Frame {
  if (!text.startsWith('4')) return { kind: 'engine' };
  const found = PACKET.exec(text);
  if (!found) return UNREADABLE;
  const [head, type, attachments, namespace, ack] = found;
  if (attachments !== undefined) return { kind: 'binary', attachments: Number(attachments) };
  if (namespace !== undefined && namespace !== '/') return UNREADABLE;
  const ackId = ack === undefined ? null : Number(ack);
  if (type === '3') return ackId === null ? UNREADABLE : { kind: 'ack', ackId };
  if (type !== '0' && type !== '2') return UNREADABLE;
  const data = parsed(text.slice(head.length));
  if (type === '0') return { kind: 'connect', data };
  if (!Array.isArray(data) || typeof data[0] !== 'string') return UNREADABLE;
  return { kind: 'event', name: data[0], argument: data[1], ackId };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

export const eventFrame = (name: string, payload: unknown) => `42${JSON.stringify([name, payload])}`;

export const ackFrame = (ackId: number, answer: unknown) => `43${ackId}${JSON.stringify([answer])}`;
