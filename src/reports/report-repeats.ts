import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Repeats } from '../commands/idempotency/repeats.js';
import { toChatReportedView, toMessageReportedView, toUserReportedView } from './report.view.js';
import { ReportQueue } from './report-queue.service.js';
import { ReportsService } from './reports.service.js';

/** A repeated command about a report is answered with the report as it is now. */
@Injectable()
export class ReportRepeats implements OnModuleInit {
  constructor(
    private readonly reports: ReportsService,
    private readonly queue: ReportQueue,
    private readonly repeats: Repeats,
  ) {}

  onModuleInit(): void {
    this.repeats.add(['reportMessage'], {
      ids: ({ reportId }) => [reportId],
      again: async (actor, [reportId = 0]) => toMessageReportedView(await this.reports.made(actor, reportId)),
    });
    this.repeats.add(['reportUser'], {
      ids: ({ reportId }) => [reportId],
      again: async (actor, [reportId = 0]) => toUserReportedView(await this.reports.made(actor, reportId)),
    });
    this.repeats.add(['reportChat'], {
      ids: ({ reportId }) => [reportId],
      again: async (actor, [reportId = 0]) => toChatReportedView(await this.reports.made(actor, reportId)),
    });
    this.repeats.add(['updateReport'], {
      ids: ({ reportId }) => [reportId],
      again: (_, [reportId = 0]) => this.queue.get(reportId),
    });
  }
}
