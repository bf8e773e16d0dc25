import { Controller } from '@nestjs/common';
import type {
  MessageDeliveredView,
  MessageReceiptsView,
  MessageSeenView,
  UnreadCountView,
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
  ): Promise<MessageDeliveredView> {
    return this.receipts.markDelivered(actor, input);
  }

  @Route('markAsUnread')
  markAsUnread(@CommandParam() { actor, input }: CommandRequest<'markAsUnread'>): Promise<UnreadCountView> {
    return this.receipts.markUnread(actor, input);
  }

  @Route('getUnreadCount')
  getUnreadCount(
    @CommandParam() { actor, input }: CommandRequest<'getUnreadCount'>,
  ): Promise<UnreadCountView> {
    return this.receipts.unreadOf(actor, input);
  }

  @Route('getMessageReceipts')
  getMessageReceipts(
    @CommandParam() { actor, input }: CommandRequest<'getMessageReceipts'>,
  ): Promise<MessageReceiptsView> {
    return this.receipts.receiptsOf(actor, input);
  }
}
