import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CommandsModule } from '../commands/commands.module.js';
import { CommonModule } from '../common/common.module.js';
import { Metrics } from '../common/metrics/metrics.js';
import { Arrivals } from './arrivals.js';
import { Dispatcher } from './dispatcher.js';
import { Handlers } from './handlers.js';
import { Handshake } from './handshake.js';
import { Drain } from './drain.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { SocketServer } from '../delivery/socket-server.js';
import { TokenExpiry } from './token-expiry.js';
import { UserSockets } from './user-sockets.js';
import { WaitingOutput } from './waiting-output.js';

/** The Socket.IO edge. */
@Module({
  imports: [CommandsModule, CommonModule, DeliveryModule, DiscoveryModule],
  providers: [Arrivals, Dispatcher, Drain, Handlers, Handshake, TokenExpiry, UserSockets, WaitingOutput],
  exports: [Arrivals, Drain, UserSockets],
})
export class SocketsModule {
  constructor(metrics: Metrics, server: SocketServer, waiting: WaitingOutput) {
    metrics.gauge(
      'chat_waiting_bytes',
      'Bytes sent to slow readers that they have not taken.',
      () => waiting.bytes,
    );
    metrics.gauge('chat_connections', 'Sockets that are open.', () => server.connections);
  }
}
