import { Controller } from '@nestjs/common';
import type { AuditEntryView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { AuditService } from './audit.service.js';

@Controller()
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Route('getAudit')
  getAudit(@CommandParam() { input }: CommandRequest<'getAudit'>): Promise<AuditEntryView[]> {
    return this.audit.page(input);
  }
}
