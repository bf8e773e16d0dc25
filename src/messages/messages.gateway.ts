import { WebSocketGateway } from '@nestjs/websockets';
import type { MessagesPage, MessageView } from '../contract/index.js';
import { Command, type CommandRequest } from '../realtime/command.decorator.js';
import { MessagesService } from './messages.service.js';

@WebSocketGateway()
export class MessagesGateway {
  constructor(private readonly messages: MessagesService) {}

  @Command('sendMessage')
  sendMessage({ actor, input }: CommandRequest<'sendMessage'>): Promise<MessageView> {
    return this.messages.send(actor, input);
  }

  @Command('getMessages')
  getMessages({ actor, input }: CommandRequest<'getMessages'>): Promise<MessagesPage> {
    return this.messages.page(actor, input);
  }
}
