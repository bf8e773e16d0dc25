import { PacketType, protocol } from 'socket.io-parser';
import { Encoded } from '../../delivery/encoding/encoded.js';
import { Envelope, type Text } from '../../delivery/encoding/envelope.js';
import { DEFAULT_BOUNDS, endOfString, exceeded, type JsonBounds } from '../../common/json-bounds.js';

/** A Socket.IO packet as the server gives it to an encoder and gets it from a decoder. */
export interface WirePacket {
  readonly type: PacketType;
  readonly nsp: string;
  readonly data?: unknown;
  readonly id?: number | undefined;
}

/**
 * Replaces the arguments of an event that is refused as it stands: beyond the bounds, with binary data, no JSON, or of a
 * namespace that the connection has not joined. The ack id is kept, so the dispatcher can answer the command with a
 * coded error.
 */
export class RefusedPayload {
  static readonly tooDeep = new RefusedPayload('too_deep');
  static readonly tooLarge = new RefusedPayload('too_large');
  static readonly binary = new RefusedPayload('binary');
  static readonly malformed = new RefusedPayload('malformed');
  static readonly notJoined = new RefusedPayload('not_joined');

  private constructor(readonly reason: 'too_deep' | 'too_large' | 'binary' | 'malformed' | 'not_joined') {
    Object.freeze(this);
  }
}

/** Whoever handles the events of a connection. Without one, Socket.IO closes it on every packet out of place. */
export interface DecoderOwner {
  /** False: Socket.IO alone decides, as if there were no owner. */
  readonly isOpen: boolean;
  /** The client has sent what ends the connection: nothing that comes after it is decoded. */
  readonly isEnded: boolean;
  hasJoined(namespace: string): boolean;
  /** An event of a namespace that the connection has not joined. `size`: of its packet, in characters. */
  notJoined(event: WirePacket, size: number): void;
  /** The client has sent a packet about the connection itself that is malformed, or not the client's to send now. */
  fault(): void;
}

/** Event names that Socket.IO reserves; its own parser refuses them on the wire too. */
const RESERVED_EVENTS = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/**
 * Maximum number of CONNECTs of one connection within this time (ms). Each makes a socket, and Socket.IO notices a
 * second one to the same namespace only after it has admitted the first: one polling body could hold forty thousand. A
 * client sends one for each namespace.
 */
const MOST_CONNECTS = { count: 10, withinMs: 10_000 };

/** Most binary frames after one packet that are thrown away with it: as many as the stock parser takes. */
const MOST_ATTACHMENTS = 10;

/** Indexed by their digit on the wire. The next two, BINARY_EVENT and BINARY_ACK, are refused. */
const TEXT_TYPES = [
  PacketType.CONNECT,
  PacketType.DISCONNECT,
  PacketType.EVENT,
  PacketType.ACK,
  PacketType.CONNECT_ERROR,
] as const;

const ZERO = 0x30;
const SLASH = 0x2f;
/** Fifteen digits are always a safe integer. */
const MAX_ID_DIGITS = 15;

type Listener = (packet: WirePacket) => void;

/**
 * A value for Socket.IO's `parser` option: the default protocol (https://socket.io/docs/v4/socket-io-protocol/), byte
 * for byte, for JSON only. Incoming frames are bounded before they are parsed.
 *
 * - A stock client that sends no binary cannot tell it from the stock parser.
 * - An event whose JSON exceeds the bounds is decoded to `[name, RefusedPayload]`, with its ack id. So is an event with
 *   binary data (which is thrown away) or without JSON, and a packet or frame of another kind that is not spoken here; the
 *   name is null where it can't be read. What came before and comes after is not affected.
 * - A malformed CONNECT, DISCONNECT or CONNECT_ERROR throws, on which Socket.IO closes the connection, as it does when
 *   anything else comes before CONNECT. Once the decoder has an owner, the owner is told, and closes it when the commands
 *   before that are answered; the same for a second CONNECT and for a CONNECT_ERROR, which is the server's to send.
 * - With an owner, an event of a namespace that was not joined goes to the owner, and an ACK of one is nothing.
 * - Outgoing values are not searched for binary: a Buffer is sent as its `toJSON` returns it. In exchange, encoding
 *   neither recurses in JavaScript nor walks a value twice.
 */
export function createParser(bounds: Partial<JsonBounds> = {}, measured = false) {
  const limits: JsonBounds = { ...DEFAULT_BOUNDS, ...bounds };

  /** One per connection. Has the part of an event emitter that Socket.IO's Client uses, for one listener. */
  class Decoder {
    private listener: Listener | undefined = undefined;
    /** Binary frames that belong to a refused packet and are still to come. */
    private attachments = 0;
    private connects = 0;
    private connectsSince = 0;
    /** With `measured`: the size in characters of each event of the main namespace, until it is read. */
    readonly sizes: number[] = [];
    /** Set when the connection has joined the main namespace. */
    owner: DecoderOwner | null = null;

    on(_event: 'decoded', listener: Listener): this {
      this.listener = listener;
      return this;
    }

    off(_event?: 'decoded', listener?: Listener): this {
      if (listener === undefined || listener === this.listener) this.listener = undefined;
      return this;
    }

    removeListener(event: 'decoded', listener: Listener): this {
      return this.off(event, listener);
    }

    removeAllListeners(): this {
      return this.off();
    }

    /**
     * @throws Error when there is no owner, and `chunk` is a malformed packet about the connection, or one CONNECT too
     * many: emits nothing.
     */
    add(chunk: unknown): void {
      const owner = this.owner?.isOpen === true ? this.owner : null;
      if (owner?.isEnded === true) return;
      if (typeof chunk !== 'string' && this.attachments > 0) {
        this.attachments--;
        return;
      }
      let packet: WirePacket;
      try {
        packet = typeof chunk === 'string' ? this.read(chunk) : STRAY_FRAME();
        if (packet.type === PacketType.CONNECT) this.countConnect();
      } catch (error) {
        if (owner === null) throw error;
        owner.fault();
        return;
      }
      if (owner !== null && !isInPlace(packet, owner)) return outOfPlace(packet, owner, sizeOf(chunk));
      if (measured && packet.type === PacketType.EVENT && packet.nsp === '/') this.sizes.push(sizeOf(chunk));
      this.listener?.(packet);
    }

    destroy(): void {
      this.listener = undefined;
    }

    private read(text: string): WirePacket {
      try {
        return decode(text, limits);
      } catch (error) {
        const refused = refusedPacket(text);
        if (refused === null) throw error;
        this.attachments = refused.attachments;
        return refused.packet;
      }
    }

    private countConnect(): void {
      const now = performance.now();
      if (now - this.connectsSince > MOST_CONNECTS.withinMs) {
        this.connectsSince = now;
        this.connects = 0;
      }
      if (++this.connects > MOST_CONNECTS.count) throw new Error('too many CONNECTs');
    }
  }

  return { protocol, PacketType, Encoder, Decoder };
}

/** Whether Socket.IO's client takes the packet; it closes the connection on any other. */
function isInPlace({ type, nsp }: WirePacket, owner: DecoderOwner): boolean {
  if (type === PacketType.CONNECT_ERROR) return false;
  return (type === PacketType.CONNECT) !== owner.hasJoined(nsp);
}

function outOfPlace(packet: WirePacket, owner: DecoderOwner, size: number): void {
  if (packet.type === PacketType.EVENT) owner.notJoined(packet, size);
  else if (packet.type !== PacketType.ACK) owner.fault();
}

/** Stateless: one serves all connections, and adapters use it for broadcasts. */
class Encoder {
  /** @returns the packet, always as one text. @throws whatever JSON.stringify throws (cycles, BigInt). */
  encode(packet: WirePacket): [string] {
    const { type, nsp, data, id } = packet;
    if (type === PacketType.BINARY_EVENT || type === PacketType.BINARY_ACK) {
      throw new Error('binary packets are not supported');
    }
    let text = nsp && nsp !== '/' ? `${type}${nsp},` : `${type}`;
    if (id !== undefined && id !== null) text += id;
    if (data === undefined || data === null) return [text];
    return [text + (Array.isArray(data) ? encodeArgs(data) : JSON.stringify(data))];
  }
}

/** The arguments of an event or answer as JSON. Values that are encoded already are spliced in unchanged. */
export function encodeArgs(args: readonly unknown[]): string {
  let first = 0;
  while (first < args.length && !isEncoded(args[first])) first++;
  if (first === args.length) return JSON.stringify(args);
  let text = '[';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (i > 0) text += ',';
    // In an array JSON.stringify writes null for what it otherwise leaves out (undefined, functions, symbols).
    if (arg instanceof Encoded) text += arg.json;
    else if (arg instanceof Envelope) text += arg.toString();
    else text += (JSON.stringify(arg) as string | undefined) ?? 'null';
  }
  return text + ']';
}

/** The text of an answer: `head`, then the arguments. */
export function encodeAnswer(head: string, answer: unknown): Text {
  return answer instanceof Envelope
    ? new Envelope(`${head}[${answer.head}`, answer.body, `${answer.tail}]`)
    : head + encodeArgs([answer]);
}

const isEncoded = (value: unknown) => value instanceof Encoded || value instanceof Envelope;

/**
 * Reads a packet that begins at `start`.
 *
 * @throws Error when it is not a well-formed text packet
 */
export function decode(text: string, bounds: JsonBounds, start = 0): WirePacket {
  const type: PacketType | undefined = TEXT_TYPES[text.charCodeAt(start) - ZERO];
  if (type === undefined) throw new Error('unknown or binary packet type');
  let at = start + 1;
  let nsp = '/';
  if (text.charCodeAt(at) === SLASH) {
    const comma = text.indexOf(',', at);
    at = comma === -1 ? text.length : comma;
    nsp = text.slice(start + 1, at);
    at++;
  }
  let id: number | undefined;
  const idStart = at;
  for (
    let digit = text.charCodeAt(at) - ZERO;
    digit >= 0 && digit <= 9;
    digit = text.charCodeAt(++at) - ZERO
  ) {
    id = (id ?? 0) * 10 + digit;
  }
  if (at - idStart > MAX_ID_DIGITS) throw new Error('illegal ack id');
  return { type, nsp, data: at < text.length ? payload(text, at, type, bounds) : absent(type), id };
}

const refusedEvent = (name: string | null, payload: RefusedPayload, nsp = '/', id?: number): WirePacket => ({
  type: PacketType.EVENT,
  nsp,
  data: [name, payload],
  id,
});

/** A binary frame that no packet has announced. */
const STRAY_FRAME = () => refusedEvent(null, RefusedPayload.binary);

const sizeOf = (chunk: unknown) => (chunk as { length?: number }).length ?? 0;

/** Type, number of attachments, namespace and ack id, as far as they can be read. */
const HEADER = /^(.?)(?:(\d{1,10})-)?(?:(\/[^,]*),)?(\d{0,15})(?!\d)/;

/**
 * What is made of a packet that `decode` does not take: an event with the same ack id whose payload is refused, and how
 * many binary frames belong to it. null: it is about the connection itself, and the connection ends.
 */
function refusedPacket(text: string): { packet: WirePacket; attachments: number } | null {
  const [header = '', type = '', attached, nsp = '/', id = ''] = HEADER.exec(text) ?? [];
  const kind = (type.charCodeAt(0) - ZERO) as PacketType;
  if (kind === PacketType.CONNECT || kind === PacketType.DISCONNECT || kind === PacketType.CONNECT_ERROR)
    return null;
  const isBinary = kind === PacketType.BINARY_EVENT || kind === PacketType.BINARY_ACK;
  const isEvent = kind === PacketType.EVENT || kind === PacketType.BINARY_EVENT;
  const attachments = isBinary && attached !== undefined ? Number(attached) : 0;
  const payload = isBinary ? RefusedPayload.binary : RefusedPayload.malformed;
  return {
    packet: isEvent
      ? refusedEvent(nameIn(text, header.length), payload, nsp, id === '' ? undefined : Number(id))
      : refusedEvent(null, payload, nsp),
    attachments: attachments > MOST_ATTACHMENTS ? 0 : attachments,
  };
}

function nameIn(text: string, start: number): string | null {
  try {
    return legibleName(text, start);
  } catch {
    return null;
  }
}

function absent(type: PacketType): undefined {
  if (type === PacketType.CONNECT || type === PacketType.DISCONNECT) return undefined;
  throw new Error('missing payload');
}

function payload(text: string, start: number, type: PacketType, bounds: JsonBounds): unknown {
  const excess = exceeded(text, start, bounds);
  if (excess !== undefined) {
    if (type !== PacketType.EVENT) throw new Error('payload exceeds the bounds');
    return [
      legibleName(text, start),
      excess === 'too_deep' ? RefusedPayload.tooDeep : RefusedPayload.tooLarge,
    ];
  }
  const value: unknown = JSON.parse(text.slice(start));
  if (!isValid(type, value)) throw new Error('invalid payload');
  return value;
}

/** The event name at the start of an argument array, read without parsing the rest. */
function legibleName(text: string, start: number): string {
  const open = text.charCodeAt(start) === 0x5b && text.charCodeAt(start + 1) === 0x22 ? start + 1 : -1;
  const close = open === -1 ? -1 : endOfString(text, open);
  if (close === -1) throw new Error('illegible payload exceeds the bounds');
  const name = JSON.parse(text.slice(open, close + 1)) as string;
  if (RESERVED_EVENTS.has(name)) throw new Error('invalid payload');
  return name;
}

/** The rules of the stock parser. */
function isValid(type: PacketType, value: unknown): boolean {
  switch (type) {
    case PacketType.EVENT:
      return (
        Array.isArray(value) &&
        (typeof value[0] === 'number' || (typeof value[0] === 'string' && !RESERVED_EVENTS.has(value[0])))
      );
    case PacketType.ACK:
      return Array.isArray(value);
    case PacketType.CONNECT:
      return isObject(value);
    case PacketType.CONNECT_ERROR:
      return typeof value === 'string' || isObject(value);
    case PacketType.DISCONNECT:
    case PacketType.BINARY_EVENT:
    case PacketType.BINARY_ACK:
      return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
