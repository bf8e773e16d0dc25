import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { literal, Op, type WhereOptions } from 'sequelize';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../commands/identity/actor.js';
import { PAGE_BYTES, withinPage } from '../common/page-bytes.js';
import { AppError, type CommandInput, type ReportView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { MessageReport } from '../database/models/message-report.model.js';
import type { Runner } from '../database/statement.js';
import { ownIdsOf } from '../users/directory/own-ids.js';
import { namedIn, toReportView } from './report.view.js';

/** SQL: bytes of what others wrote in a report. */
const BYTES = `octet_length(content) + octet_length(edits::text) + COALESCE(octet_length(shown::text), 0)
  + COALESCE(octet_length(note), 0)`;

/** The reports that the application reads and works off. */
@Injectable()
export class ReportQueue {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    @InjectModel(MessageReport) private readonly reports: typeof MessageReport,
  ) {}

  /** By id, a page at a time: up to `limit`, as many as fit into 256 KiB, and one at least. Empty after the last. */
  async page({ order, limit, ...wanted }: CommandInput<'getReports'>): Promise<ReportView[]> {
    const sorted: [string, string][] = [['id', order === 'newest' ? 'DESC' : 'ASC']];
    // Measured first and then read: a hundred of the longest would be a hundred megabytes.
    const measured = await this.reports.findAll({
      attributes: ['id', [literal(BYTES), 'bytes']],
      where: whereOf(wanted),
      order: sorted,
      limit,
    });
    let left = PAGE_BYTES;
    const cut = measured.findIndex((report) => (left -= report.get('bytes') as number) < 0);
    const ids = measured.slice(0, cut === -1 ? undefined : cut + 1).map(({ id }) => id);
    const reports = await this.reports.findAll({ where: { id: ids }, order: sorted });
    return withinPage(await this.viewsOf(reports));
  }

  /** @throws AppError NOT_FOUND */
  async get(reportId: number): Promise<ReportView> {
    const report = await this.reports.findByPk(reportId);
    if (!report) throw new AppError('NOT_FOUND');
    return viewOf(report, this.database);
  }

  /**
   * What is left out stays. What is so already is no change: it has no entry in the audit log and leaves `updatedAt` as it is.
   *
   * @throws AppError NOT_FOUND
   */
  async update(
    actor: Actor,
    { reportId, status, note, handledBy }: CommandInput<'updateReport'>,
  ): Promise<ReportView> {
    return this.database.transaction(async (tx) => {
      const transaction = tx.sequelize;
      const report = await this.reports.findByPk(reportId, {
        transaction,
        lock: transaction.LOCK.NO_KEY_UPDATE,
      });
      if (!report) throw new AppError('NOT_FOUND');
      const { status: former } = report;
      report.set({
        status,
        ...(note === undefined ? {} : { note }),
        ...(handledBy === undefined ? {} : { handledBy }),
      });
      if (report.changed() === false) return viewOf(report, tx);
      const view = await viewOf(await report.save({ transaction }), tx);
      const { kind, userId, chatId } = view;
      // Without the note: it may have words of people who are erased later.
      const subject = { ...(userId === null ? {} : { userId }), ...(chatId === null ? {} : { chatId }) };
      const details = { reportId, kind, status, former };
      await this.audit.record(actor, 'reportUpdated', { ...subject, details }, tx);
      return view;
    });
  }

  private async viewsOf(reports: readonly MessageReport[]): Promise<ReportView[]> {
    const named = reports.map(namedIn);
    const ids = await ownIdsOf(this.database, {
      users: named.flatMap(({ users }) => users),
      chats: named.flatMap(({ chats }) => chats),
    });
    return reports.map((report) => toReportView(report, ids));
  }
}

async function viewOf(report: MessageReport, runner: Runner): Promise<ReportView> {
  return toReportView(report, await ownIdsOf(runner, namedIn(report)));
}

function whereOf({
  after,
  before,
  ...same
}: Omit<CommandInput<'getReports'>, 'order' | 'limit'>): WhereOptions {
  return {
    ...Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined)),
    [Op.and]: [
      ...(after === undefined ? [] : [{ id: { [Op.gt]: after } }]),
      ...(before === undefined ? [] : [{ id: { [Op.lt]: before } }]),
    ],
  };
}
