import { Controller } from '@nestjs/common';
import type { MessageSeenView } from '../contract/index.js';
import { Asked } from '../http/asked.decorator.js';
import { Route } from '../http/route.decorator.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { ReceiptsService } from './receipts.service.js';

@Controller()
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  @Route('markAsSeen')
  markAsSeen(@Asked() { actor, input }: CommandRequest<'markAsSeen'>): Promise<MessageSeenView> {
    return this.receipts.markSeen(actor, input);
  }

  @Route('markChatAsSeen')
  markChatAsSeen(@Asked() { actor, input }: CommandRequest<'markChatAsSeen'>): Promise<MessageSeenView> {
    return this.receipts.markSeen(actor, input);
  }
}
