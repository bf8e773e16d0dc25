import { Controller } from '@nestjs/common';
import type { MessagesPage, MessageView } from '../contract/index.js';
import { Asked } from '../http/asked.decorator.js';
import { Route } from '../http/route.decorator.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { MessagesService } from './messages.service.js';

@Controller()
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Route('sendMessage')
  sendMessage(@Asked() { actor, input }: CommandRequest<'sendMessage'>): Promise<MessageView> {
    return this.messages.send(actor, input);
  }

  @Route('getMessages')
  getMessages(@Asked() { actor, input }: CommandRequest<'getMessages'>): Promise<MessagesPage> {
    return this.messages.page(actor, input);
  }
}
