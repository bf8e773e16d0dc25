import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Dispatcher } from './dispatcher.js';
import { Drain } from './drain.js';
import { Nodes } from './nodes/nodes.js';
import { Publisher } from './publisher.js';
import { Rooms } from './rooms.js';

/** The Socket.IO edge. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [Dispatcher, Drain, Nodes, Publisher, Rooms],
  exports: [Drain, Publisher, Rooms],
})
export class RealtimeModule {}
