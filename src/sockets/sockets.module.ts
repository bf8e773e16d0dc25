import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Metrics } from '../common/metrics/metrics.js';
import { Dispatcher } from './dispatcher.js';
import { Handlers } from './handlers.js';
import { Handshake } from './handshake.js';
import { Drain } from './drain.js';
import { Nodes } from '../delivery/broker/nodes.js';
import { Publisher } from '../delivery/publisher.js';
import { RoomReconciler } from '../delivery/room-reconciler.js';
import { Rooms } from '../delivery/rooms.js';
import { TokenExpiry } from './token-expiry.js';

/** The Socket.IO edge. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [Dispatcher, Drain, Handlers, Handshake, Nodes, Publisher, RoomReconciler, Rooms, TokenExpiry],
  exports: [Drain, Nodes, Publisher, Rooms],
})
export class RealtimeModule {
  constructor(metrics: Metrics, publisher: Publisher) {
    metrics.gauge('chat_connections', 'Sockets that are open.', () => publisher.connections);
  }
}
