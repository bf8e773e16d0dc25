import type { Entry } from '@chat-api/client';
import { useChat, useMe, useOutbox } from '@chat-api/client/react';
import { titleOf } from '../parts/names';
import { Dialog } from '../parts/dialog';
import { useNames } from '../parts/system';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

/** What waits to be sent, and what was refused. */
export default function Outbox({ close }: { close: () => void }) {
  const client = useChat();
  const entries = useOutbox().filter(
    ({ command, status }) => command === 'sendMessage' || status === 'failed',
  );
  const failed = entries.some(({ status }) => status === 'failed');
  return (
    <Dialog
      title={more.outbox.title}
      close={close}
      foot={
        failed ? (
          <button type="button" className="button primary" onClick={() => client.retryAll()}>
            {more.outbox.retryAll}
          </button>
        ) : undefined
      }
    >
      {entries.length === 0 && <p className="soft empty">{more.outbox.empty}</p>}
      <ul className="outbox">
        {entries.map((entry) => (
          <One key={entry.id} entry={entry} />
        ))}
      </ul>
    </Dialog>
  );
}

function One({ entry }: { entry: Entry }) {
  const client = useChat();
  const me = useMe()?.id;
  const nameOf = useNames(entry.receiverId === null ? [] : [entry.receiverId]);
  const chat = client
    .chats('inbox')
    .get()
    .items.find(({ id }) => id === entry.chatId);
  const title = chat ? titleOf(chat, me) : entry.receiverId === null ? '' : nameOf(entry.receiverId);
  return (
    <li>
      {title && <span className="soft">{more.outbox.to(title)}</span>}
      <span className="outbox-text" dir="auto">
        {typeof entry.input.content === 'string' ? entry.input.content : entry.command}
      </span>
      {entry.status === 'failed' ? (
        <span className="fault">
          {entry.error && sentenceOf(entry.error)}{' '}
          <button type="button" className="link" onClick={() => client.retry(entry.id)}>
            {more.chat.retry}
          </button>{' '}
          <button type="button" className="link" onClick={() => client.discard(entry.id)}>
            {more.chat.discard}
          </button>
        </span>
      ) : (
        <span className="soft">{more.outbox.waiting}</span>
      )}
    </li>
  );
}
