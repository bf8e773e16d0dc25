import { WebSocketGateway } from '@nestjs/websockets';
import type { MessageReportedView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { ReportsService } from './reports.service.js';

@WebSocketGateway()
export class ReportsGateway {
  constructor(private readonly reports: ReportsService) {}

  @Command('reportMessage')
  reportMessage({ actor, input }: CommandRequest<'reportMessage'>): Promise<MessageReportedView> {
    return this.reports.report(actor, input);
  }
}
