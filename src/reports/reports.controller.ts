import { Controller } from '@nestjs/common';
import type {
  ChatReportedView,
  MessageReportedView,
  ReportView,
  UserReportedView,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { ReportQueue } from './report-queue.service.js';
import { ReportsService } from './reports.service.js';

@Controller()
export class ReportsController {
  constructor(
    private readonly reports: ReportsService,
    private readonly queue: ReportQueue,
  ) {}

  @Route('reportMessage')
  reportMessage(
    @CommandParam() { actor, input }: CommandRequest<'reportMessage'>,
  ): Promise<MessageReportedView> {
    return this.reports.message(actor, input);
  }

  @Route('reportUser')
  reportUser(@CommandParam() { actor, input }: CommandRequest<'reportUser'>): Promise<UserReportedView> {
    return this.reports.user(actor, input);
  }

  @Route('reportChat')
  reportChat(@CommandParam() { actor, input }: CommandRequest<'reportChat'>): Promise<ChatReportedView> {
    return this.reports.chat(actor, input);
  }

  @Route('getReports')
  getReports(@CommandParam() { input }: CommandRequest<'getReports'>): Promise<ReportView[]> {
    return this.queue.page(input);
  }

  @Route('updateReport')
  updateReport(@CommandParam() { actor, input }: CommandRequest<'updateReport'>): Promise<ReportView> {
    return this.queue.update(actor, input);
  }
}
