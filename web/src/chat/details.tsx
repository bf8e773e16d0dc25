import type { ChatListItem, Member, Room } from '@chat-api/client';
import { useChat, useMe, useReadable } from '@chat-api/client/react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { go } from '../app/route';
import { PeoplePicker } from '../dialogs/people-picker';
import { isMuted } from '../list/row';
import { Picture, Presence } from '../parts/avatar';
import { Confirm, Dialog } from '../parts/dialog';
import { BellOff, More, Pin, X } from '../parts/icons';
import { Archive, Ban, LogOut, Pencil, Plus, Trash } from '../parts/icons-more';
import { type Action, Menu } from '../parts/menu';
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
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
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
        if (event.key === 'Escape' && !event.defaultPrevented) close();
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
          {group && <p className="soft">{en.chat.members(chat.memberCount)}</p>}
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
      {asked && <Confirm {...asked} action={asked.title} close={() => setAsked(null)} />}
    </aside>
  );
}

function Members({
  room,
  chat,
  attempt,
}: {
  room: Room;
  chat: ChatListItem;
  attempt: (work: Promise<unknown>) => void;
}) {
  const members = useReadable(room.members);
  const me = useMe()?.id;
  const [menu, setMenu] = useState<{ member: Member; anchor: HTMLElement } | null>(null);
  const [adds, setAdds] = useState(false);
  const leads = chat.role !== 'member';
  const order = { owner: 0, admin: 1, member: 2 };
  const sorted = [...(members ?? [])].sort(
    (one, other) => order[one.role] - order[other.role] || (one.name ?? '').localeCompare(other.name ?? ''),
  );
  const actionsFor = ({ userId, role }: Member): Action[] => [
    { label: more.details.write, run: () => go({ direct: userId }) },
    ...(chat.role === 'owner'
      ? [
          role === 'admin'
            ? { label: more.details.makeMember, run: () => attempt(room.role(userId, 'member')) }
            : { label: more.details.makeAdmin, run: () => attempt(room.role(userId, 'admin')) },
          { label: more.details.makeOwner, run: () => attempt(room.role(userId, 'owner')) },
        ]
      : []),
    ...(chat.role === 'owner' || (chat.role === 'admin' && role === 'member')
      ? [{ label: more.details.remove, danger: true, run: () => attempt(room.removeMember(userId)) }]
      : []),
  ];
  return (
    <section className="details-members" aria-label={more.details.members}>
      <h3 className="label">{more.details.members}</h3>
      {leads && (
        <button type="button" className="person" onClick={() => setAdds(true)}>
          <span className="avatar small add">
            <Plus size={18} />
          </span>
          {more.details.add}
        </button>
      )}
      <ul className="people">
        {sorted.map((member) => (
          <li key={member.userId} className="person">
            <span className="chat-picture">
              <Picture id={member.userId} name={member.name} url={member.avatarUrl} small />
              {member.userId !== me && <Presence id={member.userId} />}
            </span>
            <span className="person-name" dir="auto">
              {member.userId === me ? en.you : (member.name ?? en.unnamed(member.userId))}
            </span>
            {member.role !== 'member' && <span className="role">{more.details.role[member.role]}</span>}
            {member.userId !== me && (
              <button
                type="button"
                className="icon-button small"
                aria-label={more.details.memberActions(member.name ?? en.unnamed(member.userId))}
                onClick={({ currentTarget }) => setMenu({ member, anchor: currentTarget })}
              >
                <More size={16} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {menu && (
        <Menu
          label={more.details.memberActions(menu.member.name ?? '')}
          anchor={menu.anchor}
          actions={actionsFor(menu.member)}
          close={() => setMenu(null)}
        />
      )}
      {adds && (
        <AddMembers
          without={sorted.map(({ userId }) => userId)}
          add={(ids) => attempt(room.addMembers(ids))}
          close={() => setAdds(false)}
        />
      )}
    </section>
  );
}

function AddMembers({
  without,
  add,
  close,
}: {
  without: readonly number[];
  add: (ids: number[]) => void;
  close: () => void;
}) {
  const [chosen, setChosen] = useState<ReadonlyMap<number, string>>(new Map());
  return (
    <Dialog
      title={more.details.add}
      close={close}
      foot={
        <button
          type="button"
          className="button primary"
          disabled={chosen.size === 0}
          onClick={() => {
            add([...chosen.keys()]);
            close();
          }}
        >
          {more.details.add}
        </button>
      }
    >
      <PeoplePicker chosen={chosen} choose={setChosen} without={without} />
    </Dialog>
  );
}
