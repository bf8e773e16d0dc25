import { WebSocketGateway } from '@nestjs/websockets';
import type { TypingView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { TypingService } from './typing.service.js';

@WebSocketGateway()
export class TypingGateway {
  constructor(private readonly typingService: TypingService) {}

  @Command('typing')
  typing({ actor, input }: CommandRequest<'typing'>): Promise<TypingView> {
    return this.typingService.set(actor, input);
  }
}
