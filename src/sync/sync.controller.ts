import { Controller } from '@nestjs/common';
import type { SyncedView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { SyncService } from './sync.service.js';

@Controller()
export class SyncController {
  constructor(private readonly syncs: SyncService) {}

  @Route('sync')
  sync(@CommandParam() { actor, input }: CommandRequest<'sync'>): Promise<SyncedView> {
    return this.syncs.sync(actor, input);
  }
}
