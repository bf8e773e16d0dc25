import type { BannedUser, ChatListItem } from '@chat-api/client';
import { useChat } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { announce } from '../parts/announcer';
import { Picture } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { momentOf } from '../parts/until';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { useDoers } from './doers';

/** Who is banned from a group, by whom and why; for the owner and admins. */
export default function Banned({ chat, close }: { chat: ChatListItem; close: () => void }) {
  const client = useChat();
  const [page, setPage] = useState<{ banned: readonly BannedUser[]; more: boolean } | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const failed = (error: unknown) => setFault(sentenceOf(error));
  const read = (after = 0) => {
    client
      .call('getBanned', { chatId: chat.id, after })
      .then(({ banned, more: rest }) =>
        setPage((was) => ({ banned: after === 0 || !was ? banned : [...was.banned, ...banned], more: rest })),
      )
      .catch(failed);
  };
  useEffect(() => read(), [client, chat.id]);
  const nameOf = useDoers((page?.banned ?? []).map(({ bannedBy }) => bannedBy));
  const lift = ({ userId, name }: BannedUser) => {
    setFault(null);
    client
      .call('unbanMember', { chatId: chat.id, userId })
      .then(() => {
        announce(more.ban.lifted(name ?? en.unnamed(userId)));
        setPage((was) => was && { ...was, banned: was.banned.filter((one) => one.userId !== userId) });
      })
      .catch(failed);
  };
  return (
    <Dialog title={more.ban.banned} close={close}>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {page?.banned.length === 0 && <p className="soft empty">{more.ban.none}</p>}
      <ul className="people">
        {page?.banned.map((one) => {
          const name = one.name ?? en.unnamed(one.userId);
          return (
            <li key={one.userId} className="person">
              <Picture id={one.userId} name={name} url={one.avatarUrl} small />
              <span className="two-lines">
                <span className="person-name" dir="auto">
                  {name}
                </span>
                <span className="soft">{more.ban.by(nameOf(one.bannedBy), momentOf(one.bannedAt))}</span>
                {one.reason && (
                  <span className="whole" dir="auto">
                    {one.reason}
                  </span>
                )}
              </span>
              <button type="button" className="button small" onClick={() => lift(one)}>
                {more.ban.lift}
              </button>
            </li>
          );
        })}
      </ul>
      {page?.more && (
        <button type="button" className="button" onClick={() => read(page.banned.at(-1)?.userId)}>
          {more.ban.more}
        </button>
      )}
    </Dialog>
  );
}
