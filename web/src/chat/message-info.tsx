import type { Message, MessageEdit, MessageReceipts } from '@chat-api/client';
import { useConnection, useReceipts } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { restAsTab } from '../app/rest';
import { useAsked, Waiting } from '../parts/asked';
import { Avatar } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { useNames } from '../parts/system';
import { exactOf } from '../parts/until';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

interface Props {
  message: Message;
  /** Whether it is one's own, in a group. */
  receipts: boolean;
  close: () => void;
}

/** When a message was sent and edited, what it said before, and for its sender who has seen it. */
export default function MessageInfo({ message, receipts, close }: Props) {
  const { createdAt, editedAt } = message;
  return (
    <Dialog title={more.info.title} close={close}>
      <dl className="facts">
        <dt>{more.info.sent}</dt>
        <dd>{exactOf(createdAt)}</dd>
        {editedAt && (
          <>
            <dt>{more.info.edited}</dt>
            <dd>{exactOf(editedAt)}</dd>
          </>
        )}
      </dl>
      {editedAt && <Edits message={message} />}
      {receipts && <Receipts message={message} />}
    </Dialog>
  );
}

/** Earlier versions, the latest first. */
function Edits({ message: { id } }: { message: Message }) {
  const [edits, setEdits] = useState<readonly MessageEdit[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let left = false;
    const read = async () => {
      const all: MessageEdit[] = [];
      // A page ends by its size as well: only an empty one is the end.
      for (let rest = true; rest && !left;) {
        const page = await restAsTab<MessageEdit[]>('GET', `/messages/${id}/edits?after=${all.length}`);
        all.push(...page);
        rest = page.length > 0;
        if (!left) setEdits([...all]);
      }
    };
    read().catch((error: unknown) => setFault(sentenceOf(error)));
    return () => void (left = true);
  }, [id]);
  return (
    <section aria-labelledby="edits">
      <h3 className="label" id="edits">
        {more.info.history}
      </h3>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <ol className="edits" reversed>
        {edits.toReversed().map(({ content, at }, index) => (
          <li key={edits.length - index}>
            <time className="soft" dateTime={at}>
              {more.info.until(exactOf(at))}
            </time>
            <p dir="auto">{content === '' ? more.info.empty : content}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** As this device has heard of them; in a large group the server says no more than one asks. */
function Receipts({ message: { id, chatId, seq } }: { message: Message }) {
  const heard = useReceipts(chatId, seq);
  const live = useConnection().state === 'live';
  const asking = useAsked(() => restAsTab<MessageReceipts>('GET', `/messages/${id}/receipts`), [id, live]);
  const asked = asking.value;
  const both = (one: readonly number[], other: readonly number[] = []) => [...new Set([...one, ...other])];
  const seenBy = both(heard.seenBy, asked?.seenBy);
  const deliveredTo = both(heard.deliveredTo, asked?.deliveredTo).filter(
    (userId) => !seenBy.includes(userId),
  );
  const nameOf = useNames([...seenBy, ...deliveredTo]);
  const people = (label: string, ids: readonly number[]) => (
    <section aria-label={label}>
      <h3 className="label">{ids.length === 0 ? label : `${label} · ${ids.length}`}</h3>
      {ids.length === 0 && asked && <p className="soft">{more.info.nobody}</p>}
      <ul className="people">
        {ids.map((userId) => (
          <li key={userId} className="person">
            <Avatar id={userId} name={nameOf(userId)} small />
            <span className="person-name" dir="auto">
              {nameOf(userId)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
  return (
    <>
      <Waiting asked={asking} />
      {people(more.info.seen, seenBy)}
      {deliveredTo.length > 0 && people(more.info.delivered, deliveredTo)}
    </>
  );
}
