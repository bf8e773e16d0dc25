import { Controller } from '@nestjs/common';
import type { MessageDeletedView, MessageEditView, MessagesPage, MessageView } from '../contract/index.js';
import { Asked } from '../http/asked.decorator.js';
import { Route } from '../http/route.decorator.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { MessageLifeService } from './message-life.service.js';
import { MessagesService } from './messages.service.js';

@Controller()
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly life: MessageLifeService,
  ) {}

  @Route('sendMessage')
  sendMessage(@Asked() { actor, input }: CommandRequest<'sendMessage'>): Promise<MessageView> {
    return this.messages.send(actor, input);
  }

  @Route('sendSystemMessage')
  sendSystemMessage(@Asked() { input }: CommandRequest<'sendSystemMessage'>): Promise<MessageView> {
    return this.messages.sendAsSystem(input);
  }

  @Route('getMessages')
  getMessages(@Asked() { actor, input }: CommandRequest<'getMessages'>): Promise<MessagesPage> {
    return this.messages.page(actor, input);
  }

  @Route('editMessage')
  editMessage(@Asked() { actor, input }: CommandRequest<'editMessage'>): Promise<MessageView> {
    return this.life.edit(actor, input);
  }

  @Route('deleteMessage')
  deleteMessage(@Asked() { actor, input }: CommandRequest<'deleteMessage'>): Promise<MessageDeletedView> {
    return this.life.delete(actor, input);
  }

  @Route('getMessageEdits')
  getMessageEdits(@Asked() { actor, input }: CommandRequest<'getMessageEdits'>): Promise<MessageEditView[]> {
    return this.life.edits(actor, input);
  }
}
