import { Controller } from '@nestjs/common';
import type { ReactionsChangedView } from '../contract/index.js';
import { Asked } from '../http/asked.decorator.js';
import { Route } from '../http/route.decorator.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { ReactionsService } from './reactions.service.js';

@Controller()
export class ReactionsController {
  constructor(private readonly reactions: ReactionsService) {}

  @Route('addReaction')
  addReaction(@Asked() { actor, input }: CommandRequest<'addReaction'>): Promise<ReactionsChangedView> {
    return this.reactions.add(actor, input);
  }

  @Route('removeReaction')
  removeReaction(@Asked() { actor, input }: CommandRequest<'removeReaction'>): Promise<ReactionsChangedView> {
    return this.reactions.remove(actor, input);
  }
}
