import type { ChatListItem, Message } from '@chat-api/client';
import { useDraft, useMe, usePresence, useTyping } from '@chat-api/client/react';
import { memo } from 'react';
import { hrefOf } from '../app/route';
import { Picture, Presence } from '../parts/avatar';
import { BellOff, Pin } from '../parts/icons';
import { titleOf, useName } from '../parts/names';
import { useSystemText } from '../parts/system';
import { Ticks } from '../timeline/ticks';
import { briefTime } from '../parts/times';
import { en } from '../text/en';
import { plainOf } from '../text/text';

interface Props {
  chat: ChatListItem;
  current: boolean;
  now: number;
}

export const isMuted = ({ mutedUntil }: ChatListItem, now: number) =>
  mutedUntil !== null && Date.parse(mutedUntil) > now;

/** One chat of the list. */
export const ChatRow = memo(function ChatRow({ chat, current, now }: Props) {
  const me = useMe();
  const title = titleOf(chat, me?.id);
  const other = chat.otherUser && chat.otherUser.id !== me?.id ? chat.otherUser : null;
  const muted = isMuted(chat, now);
  const { unread, unreadMentions } = chat;
  return (
    <li>
      <a className="chat" href={hrefOf(chat.id)} aria-current={current ? 'page' : undefined}>
        <span className="chat-picture">
          <Picture
            id={other?.id ?? chat.id}
            name={title}
            url={other?.avatarUrl ?? chat.avatarUrl}
            group={chat.type === 'group'}
          />
          {other && <Presence id={other.id} />}
        </span>
        <span className="chat-top">
          <span className="chat-title" dir="auto">
            {title}
          </span>
          {other && <OnlineWords id={other.id} />}
          {muted && (
            <>
              <BellOff size={14} className="soft" />
              <span className="hidden">, {en.list.muted}</span>
            </>
          )}
          {chat.lastMessage && (
            <time className="chat-time" dateTime={chat.lastMessage.createdAt}>
              {briefTime(chat.lastMessage.createdAt, now)}
            </time>
          )}
        </span>
        <span className="chat-bottom">
          <Preview chat={chat} me={me?.id} />
          {chat.pinnedAt !== null && unread === 0 && (
            <>
              <Pin size={14} className="soft" />
              <span className="hidden">, {en.list.pinned}</span>
            </>
          )}
          {unreadMentions > 0 && (
            <span className="badge">
              <span aria-hidden="true">@</span>
              <span className="hidden">, {en.list.mentions(unreadMentions)}</span>
            </span>
          )}
          {unread > 0 && (
            <span className={`badge${muted ? ' quiet' : ''}`}>
              <span aria-hidden="true">{unread > 999 ? '999+' : unread}</span>
              <span className="hidden">, {en.list.unreadCount(unread)}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
});

function OnlineWords({ id }: { id: number }) {
  return usePresence(id)?.online ? <span className="hidden">, {en.list.online}</span> : null;
}

function Preview({ chat, me }: { chat: ChatListItem; me: number | undefined }) {
  const typers = useTyping(chat.id);
  const [draft] = useDraft(chat.id);
  if (typers.length > 0) return <TypingPreview chat={chat} userId={typers[0]!} />;
  if (draft.trim() !== '')
    return (
      <span className="chat-text" dir="auto">
        <span className="draft">{en.list.draft}</span> {plainOf(draft)}
      </span>
    );
  if (!chat.lastMessage) return <span className="chat-text soft">{en.list.nothing}</span>;
  return <Last chat={chat} message={chat.lastMessage} me={me} />;
}

function TypingPreview({ chat, userId }: { chat: ChatListItem; userId: number }) {
  const name = useName(userId);
  return (
    <span className="chat-text typing" dir="auto">
      {chat.type === 'group' ? en.list.typingOne(name) : en.list.typing}
    </span>
  );
}

function Last({ chat, message, me }: { chat: ChatListItem; message: Message; me: number | undefined }) {
  const name = useName(message.senderId ?? 0);
  const system = useSystemText(message);
  if (message.type === 'system')
    return (
      <span className="chat-text soft" dir="auto">
        {system}
      </span>
    );
  const own = message.senderId === me;
  // Of a message that has just begun to be written there is nothing yet.
  const begun = message.metadata?.streaming === true ? '…' : '';
  const text = message.deletedAt === null ? plainOf(message.content) || begun : en.list.deleted;
  const isNotes = chat.type === 'direct' && chat.user1Id === chat.user2Id;
  return (
    <>
      {own && chat.type === 'direct' && !isNotes && message.deletedAt === null && (
        <Ticks
          status={
            (chat.otherReadSeq ?? 0) >= message.seq
              ? 'seen'
              : (chat.otherDeliveredSeq ?? 0) >= message.seq
                ? 'delivered'
                : 'sent'
          }
        />
      )}
      <span className={`chat-text${message.deletedAt === null ? '' : ' gone'}`} dir="auto">
        {chat.type === 'group' && `${own ? en.you : name.split(' ')[0]}: `}
        {text}
      </span>
    </>
  );
}
