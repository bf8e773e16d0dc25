import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { InputMeter } from '../../commands/limits/input-meter.js';
import { holdFaults } from './faults.js';
import { FrameCounter } from './frame-counter.js';
import type { WebSocketInternals } from './internals.js';

/** The meter of a connection that begins with this request; null: nothing is counted. */
export type MeterOf = (request: IncomingMessage) => InputMeter | null;

/** What a wire gives to Engine.IO as `wsEngine`. */
type Engine = new (options: never) => WebSocketServer;

/**
 * A `wsEngine` whose connections are counted before their frames are parsed. A connection that sends too much is
 * destroyed in the same call, without a closing handshake: during one its peer would be read for seconds.
 */
export function metered<T extends Engine>(Server: T, meterOf: MeterOf): Engine {
  const Base = Server as Engine;
  return class extends Base {
    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (client, upgraded) => {
        holdFaults(client);
        const meter = meterOf(upgraded);
        if (meter !== null) count(client, meter);
        done(client, upgraded);
      });
    }
  };
}

function count(client: WebSocket, meter: InputMeter): void {
  const { _receiver: receiver, _socket: socket } = client as unknown as WebSocketInternals;
  const frames = new FrameCounter();
  const parse = receiver.write.bind(receiver);
  receiver.write = (chunk) => {
    if (socket.destroyed) return false;
    if (meter.take(frames.count(chunk), chunk.length)) return parse(chunk);
    socket.destroy();
    return false;
  };
  // After a protocol error ws reads on, and throws away what it reads, until its closing handshake is over.
  client.once('error', () =>
    socket.on('data', (chunk: Buffer) => {
      if (!meter.take(1, chunk.length)) socket.destroy();
    }),
  );
  socket.once('close', () => meter.end());
}
