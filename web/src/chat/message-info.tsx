import type { Message } from '@chat-api/client';
import { useReceipts } from '@chat-api/client/react';
import { Avatar } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { useNames } from '../parts/system';
import { more } from '../text/en-more';

/** Who has seen a message, and who has only received it. */
export default function MessageInfo({ message, close }: { message: Message; close: () => void }) {
  const { seenBy, deliveredTo } = useReceipts(message.chatId, message.seq);
  const nameOf = useNames([...seenBy, ...deliveredTo]);
  const only = deliveredTo.filter((id) => !seenBy.includes(id));
  const people = (label: string, ids: readonly number[]) => (
    <>
      <h3 className="label">{label}</h3>
      {ids.length === 0 && <p className="soft">{more.info.nobody}</p>}
      <ul className="people">
        {ids.map((id) => (
          <li key={id} className="person">
            <Avatar id={id} name={nameOf(id)} small />
            <span dir="auto">{nameOf(id)}</span>
          </li>
        ))}
      </ul>
    </>
  );
  return (
    <Dialog title={more.info.title} close={close}>
      {people(more.info.seen, seenBy)}
      {only.length > 0 && people(more.info.delivered, only)}
    </Dialog>
  );
}
