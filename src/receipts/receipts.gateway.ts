import { WebSocketGateway } from '@nestjs/websockets';
import type {
  AllSeenView,
  MessageDeliveredView,
  MessagesDeliveredView,
  MessageSeenView,
  UnreadCountView,
  UnreadTotalsView,
} from '../contract/index.js';
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
  markAsDelivered({
    actor,
    input,
  }: CommandRequest<'markAsDelivered'>): Promise<MessageDeliveredView | MessagesDeliveredView> {
    return this.receipts.markAsDelivered(actor, input);
  }

  @Command('markAllAsSeen')
  markAllAsSeen({ actor }: CommandRequest<'markAllAsSeen'>): Promise<AllSeenView> {
    return this.receipts.markAllSeen(actor);
  }

  @Command('markAsUnread')
  markAsUnread({ actor, input }: CommandRequest<'markAsUnread'>): Promise<UnreadCountView> {
    return this.receipts.markUnread(actor, input);
  }

  @Command('getUnreadCount')
  getUnreadCount({
    actor,
    input,
  }: CommandRequest<'getUnreadCount'>): Promise<UnreadCountView | UnreadTotalsView> {
    return this.receipts.unreadOf(actor, input);
  }
}
