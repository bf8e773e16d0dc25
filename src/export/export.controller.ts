import { Controller } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type { ExportLine } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { ExportService } from './export.service.js';

@Controller()
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  @Route('exportUser')
  exportUser(
    @CommandParam() { actor, input }: CommandRequest<'exportUser'>,
  ): Promise<AsyncIterable<ExportLine[]>> {
    return this.exports.user(actor, input);
  }

  @Route('exportChat')
  exportChat(
    @CommandParam() { actor, input }: CommandRequest<'exportChat'>,
  ): Promise<AsyncIterable<ExportLine[]>> {
    return this.exports.chat(actor, input);
  }
}
