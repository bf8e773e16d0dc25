import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Repeats } from '../commands/idempotency/repeats.js';
import { ReportsService } from './reports.service.js';

/** A repeated command about a report is answered with the report as it is now. */
@Injectable()
export class ReportRepeats implements OnModuleInit {
  constructor(
    private readonly reports: ReportsService,
    private readonly repeats: Repeats,
  ) {}

  onModuleInit(): void {
    this.repeats.add(['reportMessage'], {
      ids: ({ reportId }) => [reportId],
      again: (actor, [reportId = 0]) => this.reports.made(actor, reportId),
    });
    this.repeats.add(['updateReport'], {
      ids: ({ reportId }) => [reportId],
      again: (_, [reportId = 0]) => this.reports.get(reportId),
    });
  }
}
