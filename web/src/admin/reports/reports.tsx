import { useCallback, useEffect, useRef, useState } from 'react';
import { announce } from '../../parts/announcer';
import { call, get, sentenceOf } from '../api';
import { useNames } from '../names';
import { Fault, Heading, Nothing } from '../parts';
import { type ReportStatus, STATUSES } from '../route';
import { countOpen } from './open-reports';
import { ReportCard } from './report-card';
import { type AnyReport, subjectOf } from './subject';

const PAGE = 20;
const WORDS: Record<ReportStatus, string> = { open: 'Open', resolved: 'Resolved', dismissed: 'Dismissed' };
const NONE: Record<ReportStatus, [string, string]> = {
  open: ['No reports to work off', 'What people report comes here, the oldest first.'],
  resolved: ['No report was resolved yet', 'Reports about which something was done come here.'],
  dismissed: ['No report was dismissed yet', 'Reports about which nothing had to be done come here.'],
};

/** Reports by their status, the oldest first. */
export function Reports({ status }: { status: ReportStatus }) {
  const [reports, setReports] = useState<AnyReport[] | null>(null);
  const [more, setMore] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const heading = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const nameOf = useNames((reports ?? []).flatMap((report) => [report.reporterId, subjectOf(report).userId]));
  const load = useCallback(
    async (after?: number) => {
      setFault(null);
      try {
        const page = await get<AnyReport[]>('/reports', { status, after, limit: PAGE });
        setReports((before) => [...(after === undefined ? [] : (before ?? [])), ...page]);
        // A page ends by bytes as well: whether there are others, only the next one says.
        const last = page.at(-1);
        const next = last && (await get<unknown[]>('/reports', { status, after: last.reportId, limit: 1 }));
        setMore((next?.length ?? 0) > 0);
      } catch (error) {
        setFault(sentenceOf(error));
      }
    },
    [status],
  );
  useEffect(() => {
    setReports(null);
    setMore(false);
    void load();
  }, [load]);

  const decide = async (report: AnyReport, to: ReportStatus) => {
    const at = reports?.indexOf(report) ?? 0;
    try {
      await call('PATCH', `/reports/${report.reportId}`, { body: { status: to } });
    } catch (error) {
      setFault(sentenceOf(error));
      return;
    }
    announce(`Report ${report.reportId}: ${WORDS[to].toLowerCase()}.`);
    setReports((before) => before?.filter((one) => one !== report) ?? null);
    void countOpen();
    // The next one takes its place, and the focus.
    requestAnimationFrame(() => {
      const cards = list.current?.querySelectorAll<HTMLElement>('.report');
      (cards?.[Math.min(at, cards.length - 1)] ?? heading.current?.querySelector('h2'))?.focus();
    });
  };

  return (
    <div className="screen narrow">
      <div className="screen-head" ref={heading}>
        <Heading focus="taken">Reports</Heading>
        <nav className="tabs" aria-label="Status">
          {STATUSES.map((one) => (
            <a key={one} href={`#/reports/${one}`} aria-current={one === status ? 'page' : undefined}>
              {WORDS[one]}
            </a>
          ))}
        </nav>
      </div>
      <Fault text={fault} again={() => void load()} />
      {reports?.length === 0 && <Nothing title={NONE[status][0]}>{NONE[status][1]}</Nothing>}
      {reports !== null && reports.length > 0 && (
        <ul className="reports" ref={list}>
          {reports.map((report) => (
            <ReportCard key={report.reportId} report={report} nameOf={nameOf} decide={decide} />
          ))}
        </ul>
      )}
      {more && reports !== null && reports.length > 0 && (
        <button type="button" className="button more" onClick={() => void load(reports.at(-1)!.reportId)}>
          More
        </button>
      )}
    </div>
  );
}
