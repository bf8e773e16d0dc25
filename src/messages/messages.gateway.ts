import { WebSocketGateway } from '@nestjs/websockets';
import type { DeletedMessageView, MessagesPage, MessageView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { MessageLifeService } from './changes/message-changes.service.js';
import { MessagesService } from './messages.service.js';

@WebSocketGateway()
export class MessagesGateway {
  constructor(
    private readonly messages: MessagesService,
    private readonly life: MessageLifeService,
  ) {}

  @Command('sendMessage')
  sendMessage({ actor, input }: CommandRequest<'sendMessage'>): Promise<MessageView> {
    return this.messages.send(actor, input);
  }

  @Command('getMessages')
  getMessages({ actor, input }: CommandRequest<'getMessages'>): Promise<MessagesPage> {
    return this.messages.page(actor, input);
  }

  @Command('getMessage')
  getMessage({ actor, input }: CommandRequest<'getMessage'>): Promise<MessageView> {
    return this.messages.one(actor, input);
  }

  @Command('editMessage')
  editMessage({ actor, input }: CommandRequest<'editMessage'>): Promise<MessageView> {
    return this.life.edit(actor, input);
  }

  @Command('deleteMessage')
  deleteMessage({ actor, input }: CommandRequest<'deleteMessage'>): Promise<DeletedMessageView> {
    return this.life.delete(actor, input);
  }
}
