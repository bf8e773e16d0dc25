import { useId, useState } from 'react';
import { Avatar, PersonLink, Time } from '../parts';
import type { ReportStatus } from '../route';
import { momentOf } from '../times';
import { type AnyReport, type Subject, subjectOf } from './subject';

interface Props {
  report: AnyReport;
  nameOf: (id: number) => string;
  decide: (report: AnyReport, to: ReportStatus) => Promise<void>;
}

const OF = { message: 'A message of ', person: 'A person: ', chat: 'A chat: ' };

/** One report: who reports whom, why, and the message as it was. The only place of this page with words of people. */
export function ReportCard({ report, nameOf, decide }: Props) {
  const [busy, setBusy] = useState(false);
  const id = useId();
  const { kind, userId, chatId } = subjectOf(report);
  const then = report.user?.name ?? null;
  const calledThen = userId !== null && then !== null && then !== nameOf(userId) ? then : null;
  const set = (to: ReportStatus) => {
    setBusy(true);
    void decide(report, to).finally(() => setBusy(false));
  };
  return (
    <li className="report" tabIndex={-1} aria-labelledby={id}>
      <div className="report-head">
        <Avatar
          id={userId ?? chatId ?? 0}
          name={userId === null ? null : nameOf(userId)}
          group={kind === 'chat'}
          small
        />
        <p id={id} className="report-title">
          {OF[kind]}
          {userId !== null && <PersonLink id={userId} name={nameOf(userId)} />}
          {kind === 'message' && userId === null && 'the application'}
          {kind === 'chat' && <b dir="auto">{report.chat?.title ?? `chat ${chatId}`}</b>}
          {chatId !== null && <span className="soft"> {placeOf(kind, chatId, report)}</span>}
          {kind === 'person' && calledThen !== null && (
            <span className="soft">
              {' '}
              called <bdi>{calledThen}</bdi> then
            </span>
          )}
        </p>
        <span className="soft small">
          <Time at={report.createdAt} />
        </span>
      </div>
      {report.message && <Reported message={report.message} />}
      <p className="reason">
        <span className="soft">
          Reported by <PersonLink id={report.reporterId} name={nameOf(report.reporterId)} />
          {report.reason === null && ', without a reason'}
        </span>
        {report.reason !== null && (
          <span className="said" dir="auto">
            {report.reason}
          </span>
        )}
      </p>
      {report.note && (
        <p className="soft small" dir="auto">
          {report.note}
        </p>
      )}
      <div className="row-of-buttons">
        {report.status === 'open' ? (
          <>
            <button
              type="button"
              className="button small primary"
              disabled={busy}
              onClick={() => set('resolved')}
            >
              Resolve
            </button>
            <button type="button" className="button small" disabled={busy} onClick={() => set('dismissed')}>
              Dismiss
            </button>
          </>
        ) : (
          <>
            <button type="button" className="button small" disabled={busy} onClick={() => set('open')}>
              Open again
            </button>
            <span className="soft small">
              {report.status === 'resolved' ? 'Resolved' : 'Dismissed'} <Time at={report.updatedAt} />
              {report.handledBy && (
                <>
                  {' by '}
                  <bdi>{report.handledBy}</bdi>
                </>
              )}
            </span>
          </>
        )}
        <span className="soft small number">Report {report.reportId}</span>
      </div>
    </li>
  );
}

function placeOf(kind: Subject['kind'], chatId: number, { chat }: AnyReport): string {
  if (kind !== 'chat') return `in chat ${chatId}`;
  return chat ? `chat ${chatId}, ${chat.memberCount} ${chat.memberCount === 1 ? 'member' : 'members'}` : '';
}

function Reported({ message }: { message: NonNullable<AnyReport['message']> }) {
  const { content, createdAt, editedAt, deletedAt, edits } = message;
  return (
    <div className="reported">
      {/* What is long is scrolled, by keys as well. */}
      <blockquote dir="auto" tabIndex={0} aria-label="The message">
        {content === '' ? <span className="soft">No text</span> : content}
      </blockquote>
      <p className="soft small">
        <Time at={createdAt} text={momentOf(createdAt)} />
        {editedAt !== null && ' · edited'}
        {deletedAt !== null && ' · deleted by its sender before the report'}
      </p>
      {edits.length > 0 && (
        <details>
          <summary>
            {edits.length === 1 ? 'What it said before' : `What it said before (${edits.length})`}
          </summary>
          <ol>
            {edits.map(({ content: earlier, at }) => (
              <li key={at}>
                <span dir="auto">{earlier}</span>{' '}
                <span className="soft small">
                  until <Time at={at} text={momentOf(at)} />
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}
