import { Controller } from '@nestjs/common';
import type { DeactivationView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { DeactivationService } from './deactivation.service.js';

@Controller()
export class DeactivationController {
  constructor(private readonly deactivation: DeactivationService) {}

  @Route('deactivateUser')
  deactivateUser(
    @CommandParam() { actor, input }: CommandRequest<'deactivateUser'>,
  ): Promise<DeactivationView> {
    return this.deactivation.deactivate(actor, input);
  }

  @Route('reactivateUser')
  reactivateUser(
    @CommandParam() { actor, input }: CommandRequest<'reactivateUser'>,
  ): Promise<DeactivationView> {
    return this.deactivation.reactivate(actor, input);
  }

  @Route('getDeactivations')
  getDeactivations(
    @CommandParam() { input }: CommandRequest<'getDeactivations'>,
  ): Promise<DeactivationView[]> {
    return this.deactivation.list(input);
  }
}
