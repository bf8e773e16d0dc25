import { WebSocketGateway } from '@nestjs/websockets';
import type { MessageDeliveredView, MessageSeenView, UnreadCountView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { ReceiptsService } from './receipts.service.js';

@WebSocketGateway()
export class ReceiptsGateway {
  constructor(private readonly receipts: ReceiptsService) {}

  @Command('markAsSeen')
  markAsSeen({ actor, input }: CommandRequest<'markAsSeen'>): Promise<MessageSeenView> {
    return this.receipts.markSeen(actor, input);
  }

  @Command('markAsDelivered')
  markAsDelivered({ actor, input }: CommandRequest<'markAsDelivered'>): Promise<MessageDeliveredView> {
    return this.receipts.markDelivered(actor, input);
  }

  @Command('markAsUnread')
  markAsUnread({ actor, input }: CommandRequest<'markAsUnread'>): Promise<UnreadCountView> {
    return this.receipts.markUnread(actor, input);
  }

  @Command('getUnreadCount')
  getUnreadCount({ actor, input }: CommandRequest<'getUnreadCount'>): Promise<UnreadCountView> {
    return this.receipts.unreadOf(actor, input);
  }
}
