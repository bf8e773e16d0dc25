import { WebSocketGateway } from '@nestjs/websockets';
import type { TypingView } from '../contract/index.js';
import { Command, type CommandRequest } from '../realtime/command.decorator.js';
import { TypingService } from './typing.service.js';

@WebSocketGateway()
export class TypingGateway {
  constructor(private readonly typists: TypingService) {}

  @Command('typing')
  typing({ actor, input }: CommandRequest<'typing'>): Promise<TypingView> {
    return this.typists.set(actor, input);
  }
}
