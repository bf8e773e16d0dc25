import { Controller } from '@nestjs/common';
import type { ReactionsChangedView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { ReactionsService } from './reactions.service.js';

@Controller()
export class ReactionsController {
  constructor(private readonly reactions: ReactionsService) {}

  @Route('addReaction')
  addReaction(
    @CommandParam() { actor, input }: CommandRequest<'addReaction'>,
  ): Promise<ReactionsChangedView> {
    return this.reactions.add(actor, input);
  }

  @Route('removeReaction')
  removeReaction(
    @CommandParam() { actor, input }: CommandRequest<'removeReaction'>,
  ): Promise<ReactionsChangedView> {
    return this.reactions.remove(actor, input);
  }
}
