import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Broker } from './broker/broker.js';
import { RoomReconciler } from './room-reconciler.js';
import { SocketServer } from './socket-server.js';

/**
 * Connects this node to the others, tells them when it has revoked tokens, and starts the recovery when the broker
 * reports losses.
 */
@Injectable()
export class Nodes implements OnModuleInit {
  constructor(
    private readonly broker: Broker,
    private readonly server: SocketServer,
    private readonly reconciler: RoomReconciler,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    const { broker, server, reconciler, bus } = this;
    broker.start(server.rooms, {
      restored: async () => {
        await reconciler.correctAll();
        bus.emit('eventsMissed', { rooms: null, orders: true });
      },
      // The reconciler's next check corrects the memberships.
      missed: (rooms) => bus.emit('eventsMissed', { rooms, orders: true }),
      lost: (since) => bus.emit('eventsLost', { since }),
    });
    bus.on('tokensRevoked', () => broker.order({ do: 'look', of: [] }));
  }
}
