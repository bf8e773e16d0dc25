import { Controller } from '@nestjs/common';
import type { SyncedView } from '../contract/index.js';
import { Asked } from '../http/asked.decorator.js';
import { Route } from '../http/route.decorator.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { SyncService } from './sync.service.js';

@Controller()
export class SyncController {
  constructor(private readonly syncs: SyncService) {}

  @Route('sync')
  sync(@Asked() { actor, input }: CommandRequest<'sync'>): Promise<SyncedView> {
    return this.syncs.sync(actor, input);
  }
}
