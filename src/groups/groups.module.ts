import { Module } from '@nestjs/common';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { LeavingService } from './leaving.service.js';
import { MembersController } from './members.controller.js';
import { MembersGateway } from './members.gateway.js';
import { MembersService } from './members.service.js';
import { MembershipService } from '../chats/membership.service.js';

/** Who is in a chat, and what they have set for themselves. */
@Module({
  imports: [BusModule, DeliveryModule, ChatsModule],
  controllers: [MembersController],
  providers: [LeavingService, MembersGateway, MembersService, MembershipService],
})
export class MembersModule {}
