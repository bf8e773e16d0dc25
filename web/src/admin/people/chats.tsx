import type { Chat, FoundChats } from '@chat-api/client';
import { useCallback, useEffect, useState } from 'react';
import { get, sentenceOf } from '../api';
import { useNames } from '../names';
import { Avatar, Fault, PersonLink, Time } from '../parts';

const PAGE = 20;

/** The other one of a direct chat; null: it is no direct chat, or one with oneself. */
function otherOf({ type, user1Id, user2Id }: Chat, userId: number): number | null {
  if (type !== 'direct' || user1Id === user2Id) return null;
  return user1Id === userId ? user2Id : user1Id;
}

/** The chats of a person by what they are called. What is said in them is not shown. */
export function Chats({ userId }: { userId: number }) {
  const [chats, setChats] = useState<Chat[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const nameOf = useNames([userId, ...(chats ?? []).map((chat) => otherOf(chat, userId))]);
  const load = useCallback(
    async (cursor?: string) => {
      setFault(null);
      try {
        const page = await get<FoundChats>('/chats', { memberId: userId, limit: PAGE, cursor });
        setChats((before) => [...(cursor === undefined ? [] : (before ?? [])), ...page.chats]);
        setNext(page.next);
      } catch (error) {
        setFault(sentenceOf(error));
      }
    },
    [userId],
  );
  useEffect(() => void load(), [load]);
  return (
    <>
      <Fault text={fault} again={() => void load()} />
      {chats?.length === 0 && <p className="soft">In no chat.</p>}
      <ul className="lines">
        {chats?.map((chat) => {
          const other = otherOf(chat, userId);
          return (
            <li key={chat.id} className="chat-line">
              <Avatar
                id={chat.type === 'group' ? chat.id : (other ?? userId)}
                name={nameOf(other ?? userId)}
                group={chat.type === 'group'}
                small
              />
              <span className="who">
                {other !== null ? (
                  <PersonLink id={other} name={nameOf(other)} />
                ) : (
                  <span className="name" dir="auto">
                    {chat.type === 'direct' ? 'Notes to themselves' : (chat.title ?? 'Group without a title')}
                  </span>
                )}
                <span className="soft small">
                  Chat {chat.id}
                  {chat.type === 'group' &&
                    ` · ${chat.memberCount} ${chat.memberCount === 1 ? 'member' : 'members'}`}
                  {chat.visibility === 'public' && ' · public'}
                  {chat.externalId !== null && (
                    <>
                      {' · '}
                      <bdi>{chat.externalId}</bdi>
                    </>
                  )}
                </span>
              </span>
              <span className="soft small">
                <Time at={chat.lastActivityAt} />
              </span>
            </li>
          );
        })}
      </ul>
      {next !== null && (
        <button type="button" className="button small more" onClick={() => void load(next)}>
          More
        </button>
      )}
    </>
  );
}
