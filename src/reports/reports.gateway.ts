import { WebSocketGateway } from '@nestjs/websockets';
import type { ChatReportedView, MessageReportedView, UserReportedView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { ReportsService } from './reports.service.js';

@WebSocketGateway()
export class ReportsGateway {
  constructor(private readonly reports: ReportsService) {}

  @Command('reportMessage')
  reportMessage({ actor, input }: CommandRequest<'reportMessage'>): Promise<MessageReportedView> {
    return this.reports.message(actor, input);
  }

  @Command('reportUser')
  reportUser({ actor, input }: CommandRequest<'reportUser'>): Promise<UserReportedView> {
    return this.reports.user(actor, input);
  }

  @Command('reportChat')
  reportChat({ actor, input }: CommandRequest<'reportChat'>): Promise<ChatReportedView> {
    return this.reports.chat(actor, input);
  }
}
