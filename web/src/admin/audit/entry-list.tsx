import type { AuditEntry } from '@chat-api/client';
import { useNames } from '../names';
import { PersonLink, Time } from '../parts';
import { momentOf } from '../times';
import { actionOf, detailsOf, doerOf } from './entries';

interface Props {
  entries: readonly AuditEntry[];
  /** On the page of this person: what was done to them needs no name. */
  of?: number;
}

/** What was done to whom, and by whom. */
export function EntryList({ entries, of }: Props) {
  const nameOf = useNames(entries.flatMap(({ userId, actorId }) => [userId, actorId]));
  return (
    <ul className="entries">
      {entries.map((entry) => (
        <li key={entry.id}>
          <Time at={entry.at} text={momentOf(entry.at)} />
          <div className="entry">
            <p>
              <span className="what">{actionOf(entry.action)}</span>
              {entry.userId !== null && entry.userId !== of && (
                <>
                  {' '}
                  <PersonLink id={entry.userId} name={nameOf(entry.userId)} />
                </>
              )}
              {entry.chatId !== null && <span className="soft"> in chat {entry.chatId}</span>}
            </p>
            <p className="soft small">
              by{' '}
              {entry.actorId === null ? (
                doerOf(entry)
              ) : (
                <PersonLink id={entry.actorId} name={nameOf(entry.actorId)} />
              )}
              {detailsOf(entry).map(({ name, value }) => (
                <span key={name} className="detail">
                  {' · '}
                  {name}{' '}
                  <span className="value" dir="auto">
                    {value}
                  </span>
                </span>
              ))}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
