import { Controller } from '@nestjs/common';
import type {
  AllSeenView,
  MessageDeliveredView,
  MessageReceiptsView,
  MessagesDeliveredView,
  MessageSeenView,
  UnreadCountView,
  UnreadTotalsView,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { ReceiptsService } from './receipts.service.js';

@Controller()
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  @Route('markAsSeen')
  markAsSeen(@CommandParam() { actor, input }: CommandRequest<'markAsSeen'>): Promise<MessageSeenView> {
    return this.receipts.markSeen(actor, input);
  }

  @Route('markChatAsSeen')
  markChatAsSeen(
    @CommandParam() { actor, input }: CommandRequest<'markChatAsSeen'>,
  ): Promise<MessageSeenView> {
    return this.receipts.markSeen(actor, input);
  }

  @Route('markAsDelivered')
  markAsDelivered(
    @CommandParam() { actor, input }: CommandRequest<'markAsDelivered'>,
  ): Promise<MessageDeliveredView | MessagesDeliveredView> {
    return this.receipts.markAsDelivered(actor, input);
  }

  @Route('markChatAsDelivered')
  markChatAsDelivered(
    @CommandParam() { actor, input }: CommandRequest<'markChatAsDelivered'>,
  ): Promise<MessageDeliveredView> {
    return this.receipts.markDelivered(actor, input);
  }

  @Route('markChatsAsDelivered')
  markChatsAsDelivered(
    @CommandParam() { actor, input }: CommandRequest<'markChatsAsDelivered'>,
  ): Promise<MessagesDeliveredView> {
    return this.receipts.markManyDelivered(actor, input.marks);
  }

  @Route('markAllAsSeen')
  markAllAsSeen(@CommandParam() { actor }: CommandRequest<'markAllAsSeen'>): Promise<AllSeenView> {
    return this.receipts.markAllSeen(actor);
  }

  @Route('markAsUnread')
  markAsUnread(@CommandParam() { actor, input }: CommandRequest<'markAsUnread'>): Promise<UnreadCountView> {
    return this.receipts.markUnread(actor, input);
  }

  @Route('getUnreadCount')
  getUnreadCount(
    @CommandParam() { actor, input }: CommandRequest<'getUnreadCount'>,
  ): Promise<UnreadCountView | UnreadTotalsView> {
    return this.receipts.unreadOf(actor, input);
  }

  @Route('getUnreadTotals')
  getUnreadTotals(@CommandParam() { actor }: CommandRequest<'getUnreadTotals'>): Promise<UnreadTotalsView> {
    return this.receipts.unreadTotalsOf(actor);
  }

  @Route('getMessageReceipts')
  getMessageReceipts(
    @CommandParam() { actor, input }: CommandRequest<'getMessageReceipts'>,
  ): Promise<MessageReceiptsView> {
    return this.receipts.receiptsOf(actor, input);
  }
}
