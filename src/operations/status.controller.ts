import { Controller } from '@nestjs/common';
import type { NodeStatusView } from '../contract/index.js';
import { Route } from '../rest/route.decorator.js';
import { StatusService } from './status.service.js';

@Controller()
export class StatusController {
  constructor(private readonly status: StatusService) {}

  @Route('getStatus')
  getStatus(): Promise<NodeStatusView> {
    return this.status.now();
  }
}
