import { Controller } from '@nestjs/common';
import type { MessageReportedView, ReportView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { ReportsService } from './reports.service.js';

@Controller()
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Route('reportMessage')
  reportMessage(
    @CommandParam() { actor, input }: CommandRequest<'reportMessage'>,
  ): Promise<MessageReportedView> {
    return this.reports.report(actor, input);
  }

  @Route('getReports')
  getReports(@CommandParam() { input }: CommandRequest<'getReports'>): Promise<ReportView[]> {
    return this.reports.page(input);
  }

  @Route('updateReport')
  updateReport(@CommandParam() { input }: CommandRequest<'updateReport'>): Promise<ReportView> {
    return this.reports.update(input);
  }
}
