import { WebSocketGateway } from '@nestjs/websockets';
import type { TypingView } from '../contract/index.js';
import { Command, type CommandRequest } from '../sockets/command.decorator.js';
import { TypingService } from './typing.service.js';

@WebSocketGateway()
export class TypingGateway {
  constructor(private readonly typingService: TypingService) {}

  @Command('typing')
  typing({ actor, input }: CommandRequest<'typing'>): Promise<TypingView> {
    return this.typingService.set(actor, input);
  }
}
