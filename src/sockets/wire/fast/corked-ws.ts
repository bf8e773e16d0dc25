import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { closings } from './closings.js';
import type { Text } from '../../../delivery/encoding/envelope.js';
import { boundOfSize, exactSize, fill, type Part } from '../../../delivery/encoding/frames.js';
import { emitClose, UNSENT, type ReceiverInternals, type WebSocketInternals } from '../internals.js';
import { CLOSED_WITHIN_MS } from '../wire.js';
import { readWholeTexts } from './whole-texts.js';

/**
 * From this many unsent bytes of one connection on (those of this turn and in Node's buffers; the kernel's come on top)
 * the callback of a write is called when the write is done, no longer at once. Engine.IO then queues in
 * `conn.writeBuffer`.
 */
export const UNSENT_LIMIT = 64 * 1024;

/** Larger frames are written separately: copying them would cost more than writing them. */
const COPY_LIMIT = 16 * 1024;

/** Enough for the frames of most turns, and little to lose to a connection that sends slowly. */
const SCRATCH_SIZE = 32 * 1024;

/** A callback that is called early may write again, and then be called early again: at most this many levels deep. */
const MAX_NESTED_ANSWERS = 8;

/** Maximum number of connections written to at once, one or two ms of work. Then input is read before the next ones. */
export const WRITES_AT_ONCE = 128;

const OPCODE = 0x0f;
const FIRST_CONTROL_OPCODE = 0x08;

type Written = (error?: Error) => void;

/** The options of `WebSocket.send`. */
type SendOptions = Exclude<Parameters<WebSocket['send']>[1], Written | undefined>;

/** Takes incoming text messages before Engine.IO sees them. */
export interface TextTaker {
  /** Returns whether it took the message. Otherwise the listeners get it. */
  take(text: string): boolean;
}

/** Connections with frames to write at the end of this turn, in the order of their first frame. */
let dirty: CorkedWebSocket[] = [];
let writesAreDue = false;
let nestedAnswers = 0;
let scratch = Buffer.allocUnsafeSlow(SCRATCH_SIZE);

/**
 * Writes the frames gathered so far to the connections that have waited longest, {@link WRITES_AT_ONCE} at most; the
 * others follow in the next turns. For callers that have just answered many commands: usually all frames leave then,
 * and do not wait for the input of another turn.
 */
export function writeGathered(): void {
  const sockets = dirty;
  dirty = sockets.length > WRITES_AT_ONCE ? sockets.splice(WRITES_AT_ONCE) : [];
  if (dirty.length > 0) writeInCheckPhase();
  for (const socket of sockets) socket.flush();
}

function writeInCheckPhase(): void {
  if (writesAreDue) return;
  writesAreDue = true;
  setImmediate(() => {
    writesAreDue = false;
    writeGathered();
  });
}

/**
 * The server's side of a WebSocket. The frames of one turn of the event loop leave in one write.
 *
 * - Order is kept among all frames, control frames included.
 * - Frames are gathered until the check phase (setImmediate), which follows all input of the turn, or until
 *   `writeGathered`: the acks and events of one database batch share a write per connection. Control and large frames
 *   do not wait.
 * - The callback of a send is called at once while less than {@link UNSENT_LIMIT} is unsent, because Engine.IO holds
 *   back further frames until then. Above the limit it is called when the kernel has taken the frame: Socket.IO sees
 *   back pressure where it looks for it. A failed write after an early callback still ends in 'error' and 'close'.
 */
export class CorkedWebSocket extends WebSocket {
  /** Gets text messages first. */
  taker: TextTaker | null = null;

  /** This turn's frames. */
  private pending: Part[] | undefined = undefined;
  private pendingSize = 0;
  /** Callbacks to call when the pending frames are written. */
  private unanswered: Written[] | undefined = undefined;
  /** Its closing has already waited in the pacer. */
  private hadItsTurn = false;

  /**
   * Takes over the frames that Engine.IO hands to the sender (broadcasts framed once) and those that `ws` makes itself.
   */
  attach(): void {
    const { _socket: socket, _sender: sender, _receiver: receiver } = this as unknown as WebSocketInternals;
    const parse = receiver.write.bind(receiver);
    receiver.write = (chunk) => {
      const read =
        this.taker !== null && isBetweenFrames(receiver) ? this.read(chunk, receiver._maxPayload) : 0;
      return read === chunk.length || parse(read === 0 ? chunk : chunk.subarray(read));
    };
    const writeThrough = sender.sendFrame.bind(sender);
    sender.sendFrame = (frame, written) => {
      const [head, body] = frame;
      const size = (head?.length ?? 0) + (body?.length ?? 0);
      if (!Buffer.isBuffer(head) || typeof body === 'string' || isControl(head) || size > COPY_LIMIT) {
        this.flush();
        writeThrough(frame, written);
        return;
      }
      const pending = this.open();
      pending.push(head);
      if (body) pending.push(body);
      this.queued(size, written);
    };
    this.endInTurn(socket);
  }

  override send(data: Parameters<WebSocket['send']>[0], written?: Written): void;
  override send(data: Parameters<WebSocket['send']>[0], options: SendOptions, written?: Written): void;
  override send(
    data: Parameters<WebSocket['send']>[0],
    options?: SendOptions | Written,
    written?: Written,
  ): void {
    const plain = options === undefined || typeof options === 'function';
    if (
      plain &&
      typeof data === 'string' &&
      data.length <= COPY_LIMIT &&
      this.readyState === WebSocket.OPEN
    ) {
      this.open().push(data);
      this.queued(data.length, options ?? written);
    } else if (plain) {
      super.send(data, options ?? written);
    } else {
      super.send(data, options, written);
    }
  }

  /**
   * Sends a text message past Engine.IO's queue. `frame` is the same message as a finished frame, when it has many
   * readers. Returns false, with nothing done, when the message has to queue.
   */
  trySend(text: Text, frame?: Buffer): boolean {
    const size = frame === undefined ? text.length : frame.length;
    if (this.readyState !== WebSocket.OPEN || size > COPY_LIMIT) return false;
    if ((this as unknown as WebSocketInternals)._socket.writableLength + this.pendingSize >= UNSENT_LIMIT)
      return false;
    this.open().push(frame ?? text);
    this.pendingSize += size;
    return true;
  }

  /** Called by `ws` after the closing handshake: emits 'close' when `closings` lets it. @internal */
  emitClose(): void {
    if (this.hadItsTurn) emitClose.call(this);
    else closings.submit(() => emitClose.call(this));
  }

  /**
   * When the peer ends its side, what was sent before is written and nothing more is sent. What `ws` and Node do about
   * the end (they close both sides of the socket) waits for its turn in `closings`.
   */
  private endInTurn(socket: Socket): void {
    const listeners = socket.rawListeners('end') as (() => void)[];
    socket.removeAllListeners('end');
    socket.on('end', () => {
      this.flush();
      (this as unknown as WebSocketInternals)._readyState = WebSocket.CLOSING;
      closings.submit(() => {
        this.hadItsTurn = true;
        if (!socket.destroyed) for (const listener of listeners) listener.call(socket);
      });
    });
  }

  /** Writes what is pending. @internal */
  flush(): void {
    const { pending, unanswered } = this;
    if (pending === undefined) return;
    this.pending = undefined;
    this.pendingSize = 0;
    this.unanswered = undefined;
    const socket = (this as unknown as WebSocketInternals)._socket;
    const answer = unanswered && ((error?: Error | null) => answerAll(unanswered, error ?? undefined));
    if (socket.writable) write(socket, pending, answer);
    else if (answer)
      process.nextTick(answer, new Error('The socket was closed before the frame was written'));
    if (socket.writableLength > 0) this.emit(UNSENT);
  }

  /** Passes on the complete text messages that the chunk begins with; returns their size in bytes. */
  private read(chunk: Buffer, maxPayload: number): number {
    return readWholeTexts(chunk, maxPayload, (text) => {
      if (this.taker?.take(text) !== true) this.emit('message', Buffer.from(text), false);
      return this.taker !== null && this.readyState === WebSocket.OPEN;
    });
  }

  private open(): Part[] {
    if (this.pending === undefined) {
      this.pending = [];
      dirty.push(this);
      writeInCheckPhase();
    }
    return this.pending;
  }

  private queued(size: number, written: Written | undefined): void {
    this.pendingSize += size;
    const unsent = (this as unknown as WebSocketInternals)._socket.writableLength + this.pendingSize;
    if (unsent < UNSENT_LIMIT && nestedAnswers < MAX_NESTED_ANSWERS) {
      if (written) answerNow(written);
      return;
    }
    if (written) (this.unanswered ??= []).push(written);
    if (this.pendingSize >= UNSENT_LIMIT) this.flush();
  }
}

/**
 * A value for the `wsEngine` option of Engine.IO and Socket.IO: `ws` with {@link CorkedWebSocket} connections.
 *
 * @throws Error when `perMessageDeflate` is on: compressed frames are finished in a later turn.
 */
export class CorkedWebSocketServer extends WebSocketServer<typeof CorkedWebSocket> {
  constructor(options: ServerOptions<typeof CorkedWebSocket>) {
    if (options.perMessageDeflate)
      throw new Error('perMessageDeflate must be off: frames are written corked');
    // `ws` documents `closeTimeout`; its types do not have it yet.
    const settings = { ...options, closeTimeout: CLOSED_WITHIN_MS, WebSocket: CorkedWebSocket };
    super(settings);
  }

  override handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    done: (client: CorkedWebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, socket, head, (client, upgraded) => {
      client.attach();
      done(client, upgraded);
    });
  }
}

/** Whether `ws` has parsed all it was given, and the next byte begins a message. */
function isBetweenFrames({
  _state,
  _bufferedBytes,
  _fragmented,
  _loop,
  writableLength,
}: ReceiverInternals): boolean {
  return _state === 0 && _bufferedBytes === 0 && _fragmented === 0 && !_loop && writableLength === 0;
}

function isControl(head: Buffer): boolean {
  return ((head[0] ?? 0) & OPCODE) >= FIRST_CONTROL_OPCODE;
}

/**
 * Writes all parts at once. On plain TCP they are copied into a buffer that all connections share. When nothing is left
 * unsent afterwards, as is nearly always the case, the kernel has copied it. Otherwise the stream keeps the buffer, and
 * the connections get a new one.
 */
function write(
  socket: Socket,
  parts: readonly Part[],
  written: ((error?: Error | null) => void) | undefined,
): void {
  const shared =
    socket.writableLength === 0 && socket.constructor === Socket && boundOfSize(parts) <= SCRATCH_SIZE;
  const frames = shared ? scratch : Buffer.allocUnsafe(exactSize(parts));
  socket.write(frames.subarray(0, fill(frames, parts)), written);
  if (shared && socket.writableLength > 0) scratch = Buffer.allocUnsafeSlow(SCRATCH_SIZE);
}

function answerNow(written: Written): void {
  nestedAnswers++;
  try {
    written();
  } finally {
    nestedAnswers--;
  }
}

function answerAll(unanswered: readonly Written[], error: Error | undefined): void {
  for (const written of unanswered) written(error);
}
