import { Controller } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type { PushKeyView, PushTargetRemovedView, PushTargetView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { PushTargetsService } from './push-targets.service.js';

@Controller()
export class PushController {
  constructor(private readonly targets: PushTargetsService) {}

  @Route('addPushTarget')
  addPushTarget(@CommandParam() { actor, input }: CommandRequest<'addPushTarget'>): Promise<PushTargetView> {
    return this.targets.add(actor, input);
  }

  @Route('removePushTarget')
  removePushTarget(
    @CommandParam() { actor, input }: CommandRequest<'removePushTarget'>,
  ): Promise<PushTargetRemovedView> {
    return this.targets.remove(actor, input);
  }

  @Route('getPushKey')
  getPushKey(): PushKeyView {
    return this.targets.key();
  }
}
