import type { ChatListItem } from '@chat-api/client';
import { useMe, usePresence } from '@chat-api/client/react';
import { hrefOf } from '../app/route';
import type { Where } from '../app/where';
import { useMinute } from '../list/chat-list';
import { Picture, Presence } from '../parts/avatar';
import { ArrowLeft, Info } from '../parts/icons';
import { briefTime } from '../parts/times';
import { en } from '../text/en';

interface Props {
  where: Where;
  chat: ChatListItem | null;
  title: string;
  open: boolean;
  toggle: () => void;
}

export function ChatHead({ where, chat, title, open, toggle }: Props) {
  const me = useMe()?.id;
  const other = chat?.otherUser?.id ?? (typeof where === 'object' ? where.direct : null);
  const direct = chat?.type !== 'group' && other !== null && other !== me ? other : null;
  return (
    <header className="chat-head">
      <a className="icon-button only-phone" href={hrefOf(null)} aria-label={en.chat.back}>
        <ArrowLeft size={20} />
      </a>
      <button
        type="button"
        className="chat-who"
        disabled={!chat}
        onClick={toggle}
        aria-expanded={open}
        aria-label={title ? undefined : en.loading}
      >
        <span className="chat-picture">
          <Picture
            id={direct ?? chat?.id ?? 0}
            name={title}
            url={chat?.otherUser?.avatarUrl ?? chat?.avatarUrl ?? null}
            group={chat?.type === 'group'}
            small
          />
          {direct !== null && <Presence id={direct} />}
        </span>
        <span className="chat-names">
          <h2 dir="auto">{title}</h2>
          <span className="chat-sub">
            {chat?.type === 'group' ? (
              en.chat.members(chat.memberCount)
            ) : direct !== null ? (
              <Online id={direct} />
            ) : other === me ? (
              en.chat.firstNotes
            ) : (
              // It is not known yet what chat it is.
              <>&nbsp;</>
            )}
          </span>
        </span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={en.chat.details}
        aria-expanded={open}
        disabled={!chat}
        onClick={toggle}
      >
        <Info size={20} />
      </button>
    </header>
  );
}

function Online({ id }: { id: number }) {
  const presence = usePresence(id);
  const now = useMinute();
  if (!presence) return <>&nbsp;</>;
  if (presence.online) return <>{en.chat.online}</>;
  return <>{presence.lastSeenAt ? en.chat.lastSeen(briefTime(presence.lastSeenAt, now)) : en.chat.offline}</>;
}
