import { WebSocketGateway } from '@nestjs/websockets';
import type { MessageSeenView } from '../contract/index.js';
import { Command, type CommandRequest } from '../realtime/command.decorator.js';
import { ReceiptsService } from './receipts.service.js';

@WebSocketGateway()
export class ReceiptsGateway {
  constructor(private readonly receipts: ReceiptsService) {}

  @Command('markAsSeen')
  markAsSeen({ actor, input }: CommandRequest<'markAsSeen'>): Promise<MessageSeenView> {
    return this.receipts.markSeen(actor, input);
  }
}
