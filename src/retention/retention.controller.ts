import { Controller } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type { AnsweredChatView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { RetentionService } from './retention.service.js';

@Controller()
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Route('setRetention')
  setRetention(@CommandParam() { actor, input }: CommandRequest<'setRetention'>): Promise<AnsweredChatView> {
    return this.retention.set(actor, input);
  }
}
