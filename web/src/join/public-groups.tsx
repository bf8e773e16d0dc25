import type { PublicChat } from '@chat-api/client';
import { useChat } from '@chat-api/client/react';
import { useEffect, useRef, useState } from 'react';
import { go } from '../app/route';
import { Picture } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { refusalOf } from './refusal';

const PAGE = 30;
/** After the last key, in milliseconds. */
const PAUSE_MS = 200;

/** Groups that everybody may join. */
export default function PublicGroups({ close }: { close: () => void }) {
  const client = useChat();
  const [q, setQ] = useState('');
  const [found, setFound] = useState<{ q: string; chats: readonly PublicChat[]; more: boolean } | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  // Why one may not join: an answer to what is sought, which may come after it, does not take it away.
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState<number | null>(null);
  const asked = useRef(0);
  const sought = q.trim();
  const read = (before?: number) => {
    const turn = ++asked.current;
    client
      .call('getPublicChats', {
        limit: PAGE,
        ...(sought === '' ? {} : { q: sought }),
        ...(before === undefined ? {} : { before }),
      })
      .then((page) => {
        // An answer to what was sought before is not shown.
        if (turn !== asked.current) return;
        setFault(null);
        setFound((was) => ({
          q: sought,
          chats: before === undefined || !was ? page.chats : [...was.chats, ...page.chats],
          more: page.more,
        }));
      })
      .catch((error: unknown) => turn === asked.current && setFault(refusalOf(error)));
  };
  useEffect(() => {
    const timer = setTimeout(read, found === null ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, sought]);
  const enter = ({ chatId, isMember }: PublicChat) => {
    const open = () => {
      close();
      go(chatId);
    };
    if (isMember) {
      open();
      return;
    }
    setBusy(chatId);
    setRefusal(null);
    client
      .call('joinChat', { chatId })
      .then(open)
      .catch((error: unknown) => {
        setRefusal(refusalOf(error));
        setBusy(null);
      });
  };
  return (
    <Dialog title={more.publicGroups.title} close={close}>
      <div className="picker">
        <input
          className="field"
          type="search"
          aria-label={more.publicGroups.search}
          placeholder={more.publicGroups.search}
          value={q}
          maxLength={200}
          autoFocus
          onChange={(event) => {
            setQ(event.currentTarget.value);
            setRefusal(null);
          }}
        />
        {(refusal ?? fault) && (
          <p className="fault" role="alert">
            {refusal ?? fault}
          </p>
        )}
        {found?.chats.length === 0 && (
          <p className="soft empty">
            {found.q === '' ? more.publicGroups.empty : more.publicGroups.none(found.q)}
          </p>
        )}
        <ul className="people">
          {found?.chats.map((chat) => {
            const title = chat.title ?? en.untitled;
            return (
              <li key={chat.chatId} className="person">
                <Picture id={chat.chatId} name={title} url={chat.avatarUrl} group small />
                <span className="two-lines">
                  <span className="person-name" dir="auto">
                    {title}
                  </span>
                  <span className="soft">{en.chat.members(chat.memberCount)}</span>
                </span>
                <button
                  type="button"
                  className="button small"
                  disabled={busy === chat.chatId}
                  aria-label={
                    chat.isMember ? more.publicGroups.openLabel(title) : more.publicGroups.joinLabel(title)
                  }
                  onClick={() => enter(chat)}
                >
                  {chat.isMember ? more.publicGroups.open : more.publicGroups.join}
                </button>
              </li>
            );
          })}
        </ul>
        {found?.more && (
          <button type="button" className="button" onClick={() => read(found.chats.at(-1)?.chatId)}>
            {more.publicGroups.more}
          </button>
        )}
      </div>
    </Dialog>
  );
}
