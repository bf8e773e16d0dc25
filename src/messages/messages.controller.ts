import { Controller } from '@nestjs/common';
import type { DeletedMessageView, MessageEditView, MessagesPage, MessageView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { MessageLifeService } from './changes/message-changes.service.js';
import { MessagesService } from './messages.service.js';

@Controller()
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly life: MessageLifeService,
  ) {}

  @Route('sendMessage')
  sendMessage(@CommandParam() { actor, input }: CommandRequest<'sendMessage'>): Promise<MessageView> {
    return this.messages.send(actor, input);
  }

  @Route('sendSystemMessage')
  sendSystemMessage(@CommandParam() { input }: CommandRequest<'sendSystemMessage'>): Promise<MessageView> {
    return this.messages.sendAsSystem(input);
  }

  @Route('getMessages')
  getMessages(@CommandParam() { actor, input }: CommandRequest<'getMessages'>): Promise<MessagesPage> {
    return this.messages.page(actor, input);
  }

  @Route('getMessage')
  getMessage(@CommandParam() { actor, input }: CommandRequest<'getMessage'>): Promise<MessageView> {
    return this.messages.one(actor, input);
  }

  @Route('editMessage')
  editMessage(@CommandParam() { actor, input }: CommandRequest<'editMessage'>): Promise<MessageView> {
    return this.life.edit(actor, input);
  }

  @Route('deleteMessage')
  deleteMessage(
    @CommandParam() { actor, input }: CommandRequest<'deleteMessage'>,
  ): Promise<DeletedMessageView> {
    return this.life.delete(actor, input);
  }

  @Route('getMessageEdits')
  getMessageEdits(
    @CommandParam() { actor, input }: CommandRequest<'getMessageEdits'>,
  ): Promise<MessageEditView[]> {
    return this.life.edits(actor, input);
  }
}
