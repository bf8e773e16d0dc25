import type { ChatListItem, Room } from '@chat-api/client';
import { useChat, useMe } from '@chat-api/client/react';
import { type FormEvent, useLayoutEffect, useRef, useState } from 'react';
import { go } from '../app/route';
import Banned from '../group/banned';
import Links from '../group/links';
import { Members } from '../group/members';
import Rules, { rulesOf } from '../group/rules';
import { isMuted } from '../list/row';
import { Picture } from '../parts/avatar';
import { Confirm } from '../parts/dialog';
import { BellOff, Pin } from '../parts/icons';
import { Archive, Ban, Link, LogOut, Pencil, Sliders, Trash, X } from '../parts/icons-more';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import '../parts/later-styles';

interface Props {
  room: Room;
  chat: ChatListItem;
  title: string;
  close: () => void;
}

/** For the owner and admins. */
const DIALOGS = { rules: Rules, links: Links, banned: Banned };

interface Asked {
  title: string;
  text: string;
  run: () => void;
}

/** What a chat is, who is in it, and what one can do with it. */
export default function Details({ room, chat, title, close }: Props) {
  const client = useChat();
  const me = useMe()?.id;
  const [fault, setFault] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [renames, setRenames] = useState(false);
  const [dialog, setDialog] = useState<keyof typeof DIALOGS | null>(null);
  const Shown = dialog && DIALOGS[dialog];
  const box = useRef<HTMLElement>(null);
  // With what is drawn: a key that is pressed right then is for it.
  useLayoutEffect(() => box.current?.focus(), []);
  const attempt = (work: Promise<unknown>) => {
    setFault(null);
    work.catch((error: unknown) => setFault(sentenceOf(error)));
  };
  const muted = isMuted(chat, Date.now());
  const group = chat.type === 'group';
  const leads = chat.role !== 'member';
  const other = chat.otherUser && chat.otherUser.id !== me ? chat.otherUser : null;
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const value = new FormData(event.currentTarget).get('title');
    setRenames(false);
    if (typeof value === 'string' && value.trim() !== '' && value.trim() !== title)
      attempt(room.rename(value.trim()));
  };
  return (
    <aside
      ref={box}
      className="details"
      aria-label={more.details.title}
      tabIndex={-1}
      onKeyDown={(event) => {
        // Within a dialog it closes that alone.
        const inDialog = (event.target as HTMLElement).closest('dialog');
        if (event.key === 'Escape' && !event.defaultPrevented && !inDialog) close();
      }}
    >
      <header className="details-head">
        <h2>{more.details.title}</h2>
        <button type="button" className="icon-button" aria-label={more.details.close} onClick={close}>
          <X size={20} />
        </button>
      </header>
      <div className="details-body">
        <div className="details-who">
          <Picture
            id={other?.id ?? chat.id}
            name={title}
            url={other?.avatarUrl ?? chat.avatarUrl}
            group={group}
            large
          />
          {renames ? (
            <form className="start-row" onSubmit={rename}>
              <input
                className="field"
                name="title"
                defaultValue={title}
                maxLength={200}
                aria-label={more.newChat.name}
                autoFocus
              />
              <button type="submit" className="button primary">
                {more.details.save}
              </button>
            </form>
          ) : (
            <p className="details-title" dir="auto">
              {title}
              {group && leads && (
                <button
                  type="button"
                  className="icon-button small"
                  aria-label={more.details.rename}
                  onClick={() => setRenames(true)}
                >
                  <Pencil size={16} />
                </button>
              )}
            </p>
          )}
          {group && (
            <p className="soft">{[en.chat.members(chat.memberCount), ...rulesOf(chat)].join(' · ')}</p>
          )}
        </div>
        {fault && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <div className="details-actions">
          <button type="button" onClick={() => attempt(room.mute(!muted))} aria-pressed={muted}>
            <BellOff size={18} />
            {muted ? more.details.unmute : more.details.mute}
          </button>
          <button
            type="button"
            onClick={() => attempt(room.pin(chat.pinnedAt === null))}
            aria-pressed={chat.pinnedAt !== null}
          >
            <Pin size={18} />
            {chat.pinnedAt === null ? more.details.pin : more.details.unpin}
          </button>
          <button
            type="button"
            onClick={() => attempt(room.archive(chat.archivedAt === null))}
            aria-pressed={chat.archivedAt !== null}
          >
            <Archive size={18} />
            {chat.archivedAt === null ? more.details.archive : more.details.unarchive}
          </button>
        </div>
        <label className="one-of">
          <span>{more.details.tellMe}</span>
          <select
            className="field"
            value={chat.notify ?? 'default'}
            onChange={({ currentTarget: { value } }) =>
              attempt(
                client.call('updateMembership', {
                  chatId: chat.id,
                  notify: value === 'default' ? null : (value as NonNullable<ChatListItem['notify']>),
                }),
              )
            }
          >
            {Object.entries(more.details.tellOf).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {group && leads && (
          <section className="details-group" aria-label={more.details.group}>
            <button type="button" onClick={() => setDialog('rules')}>
              <Sliders size={18} />
              {more.rules.title}
            </button>
            <button type="button" onClick={() => setDialog('links')}>
              <Link size={18} />
              {more.links.title}
            </button>
            <button type="button" onClick={() => setDialog('banned')}>
              <Ban size={18} />
              {more.ban.banned}
            </button>
          </section>
        )}
        {group && <Members room={room} chat={chat} attempt={attempt} />}
        <div className="details-last">
          {other && (
            <button
              type="button"
              className="danger"
              onClick={() =>
                chat.blockedByMe
                  ? attempt(client.call('unblockUser', { userId: other.id }))
                  : setAsked({
                      title: more.details.block,
                      text: more.details.blockHelp,
                      run: () => attempt(client.call('blockUser', { userId: other.id })),
                    })
              }
            >
              <Ban size={18} />
              {chat.blockedByMe ? more.details.unblock : more.details.block}
            </button>
          )}
          <button
            type="button"
            className="danger"
            onClick={() =>
              setAsked({
                title: more.details.clear,
                text: more.details.clearHelp,
                run: () => attempt(room.clear()),
              })
            }
          >
            <Trash size={18} />
            {more.details.clear}
          </button>
          {group && (
            <button
              type="button"
              className="danger"
              onClick={() =>
                setAsked({
                  title: more.details.leave,
                  text: more.details.leaveHelp,
                  run: () => {
                    go(null);
                    attempt(room.leave());
                  },
                })
              }
            >
              <LogOut size={18} />
              {more.details.leave}
            </button>
          )}
          {(!group || chat.role === 'owner') && (
            <button
              type="button"
              className="danger"
              onClick={() =>
                setAsked({
                  title: more.details.delete,
                  text: group ? more.details.deleteHelp : more.details.deleteDirectHelp,
                  run: () => {
                    go(null);
                    attempt(client.call('deleteChat', { chatId: chat.id }));
                  },
                })
              }
            >
              <Trash size={18} />
              {more.details.delete}
            </button>
          )}
        </div>
      </div>
      {Shown && <Shown chat={chat} close={() => setDialog(null)} />}
      {asked && <Confirm {...asked} action={asked.title} close={() => setAsked(null)} />}
    </aside>
  );
}
