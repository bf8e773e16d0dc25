import type { Order } from './broker.js';

/** Bytes of the node id that a message begins with. */
export const NODE_ID_LENGTH = 8;

/** Sent with a frame that is not for everybody in the channel's room, or that belongs to a chat. */
export interface FrameHeader {
  /** On the channel of all nodes: the rooms it is for; none means every socket. */
  rooms?: string[];
  /** Rooms and sockets that do not receive it. */
  except?: string[];
  /** A node where this room has sockets does not deliver it: it knows better. */
  unless?: string;
  /** The chat of the event, and its version. Nodes of an earlier release neither send nor read it. */
  at?: [chatId: number, version: number];
  /** Set when the event does not raise the version. */
  tells?: true;
}

/** An order to other nodes. `sync`: messages of the sender to this channel's room were lost. */
export type NodeOrder = Order | { do: 'sync' };

export type NodeMessage =
  { kind: 'frame'; header: FrameHeader | null; frame: string } | { kind: 'order'; order: NodeOrder };

/**
 * `<node id>e<header, or nothing>\n<frame>` or `<node id>o<order>`. The frame is the text that sockets get: no node on
 * the way parses it.
 */
export function encodeFrame(nodeId: string, header: FrameHeader | null, frame: string): string {
  return `${nodeId}e${header ? JSON.stringify(header) : ''}\n${frame}`;
}

export function encodeOrder(nodeId: string, order: NodeOrder): string {
  return `${nodeId}o${JSON.stringify(order)}`;
}

/** @throws Error on a malformed message. */
export function decode(text: Buffer): NodeMessage {
  const body = text.toString('utf8', NODE_ID_LENGTH + 1);
  if (text[NODE_ID_LENGTH] === 0x6f) return { kind: 'order', order: JSON.parse(body) as NodeOrder };
  const end = body.indexOf('\n');
  if (text[NODE_ID_LENGTH] !== 0x65 || end === -1) throw new Error('Malformed message from another node');
  return {
    kind: 'frame',
    header: end === 0 ? null : (JSON.parse(body.slice(0, end)) as FrameHeader),
    frame: body.slice(end + 1),
  };
}

/** Whether a message comes from this node; checks only the id at its start. */
export function isFrom(nodeId: Buffer, text: Buffer): boolean {
  return text.length > NODE_ID_LENGTH && text.compare(nodeId, 0, NODE_ID_LENGTH, 0, NODE_ID_LENGTH) === 0;
}
