import type { ChatListItem, Member, Room } from '@chat-api/client';
import { useChat, useMe, useReadable } from '@chat-api/client/react';
import { useReducer, useState } from 'react';
import { go } from '../app/route';
import { PeoplePicker } from '../dialogs/people-picker';
import { Picture, Presence } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { More } from '../parts/icons';
import { Plus } from '../parts/icons-more';
import { type Action, Menu } from '../parts/menu';
import { momentOf } from '../parts/until';
import { useAt } from '../parts/use-at';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { Ban } from './ban';
import { Silence } from './silence';

/** Who is in a group, and what one may do with each. */
export function Members({
  room,
  chat,
  attempt,
}: {
  room: Room;
  chat: ChatListItem;
  attempt: (work: Promise<unknown>) => void;
}) {
  const client = useChat();
  const members = useReadable(room.members);
  const me = useMe()?.id;
  const [asked, setAsked] = useState<{ what: 'silence' | 'ban'; member: Member } | null>(null);
  const [menu, setMenu] = useState<{ member: Member; anchor: HTMLElement } | null>(null);
  const [adds, setAdds] = useState(false);
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const order = { owner: 0, admin: 1, member: 2 };
  const sorted = [...(members ?? [])].sort(
    (one, other) => order[one.role] - order[other.role] || (one.name ?? '').localeCompare(other.name ?? ''),
  );
  const nameFor = ({ userId, name }: Member) => name ?? en.unnamed(userId);
  const isSilent = ({ silencedUntil }: Member) =>
    silencedUntil !== null && Date.parse(silencedUntil) > client.now();
  const nextEnd = Math.min(
    ...sorted.filter(isSilent).map(({ silencedUntil }) => Date.parse(silencedUntil!) - client.now()),
  );
  useAt(Number.isFinite(nextEnd) ? nextEnd : null, draw);
  const chatId = chat.id;
  const actionsFor = (member: Member): Action[] => {
    const { userId, role } = member;
    const mayModerate = chat.role === 'owner' || (chat.role === 'admin' && role === 'member');
    return [
      { label: more.details.write, run: () => go({ direct: userId }) },
      ...(chat.role === 'owner'
        ? [
            role === 'admin'
              ? { label: more.details.makeMember, run: () => attempt(room.role(userId, 'member')) }
              : { label: more.details.makeAdmin, run: () => attempt(room.role(userId, 'admin')) },
            { label: more.details.makeOwner, run: () => attempt(room.role(userId, 'owner')) },
          ]
        : []),
      ...(mayModerate
        ? [
            isSilent(member)
              ? {
                  label: more.details.unsilence,
                  run: () => attempt(client.call('unsilenceMember', { chatId, userId })),
                }
              : { label: more.details.silence, run: () => setAsked({ what: 'silence', member }) },
            { label: more.details.remove, danger: true, run: () => attempt(room.removeMember(userId)) },
            { label: more.details.ban, danger: true, run: () => setAsked({ what: 'ban', member }) },
          ]
        : []),
    ];
  };
  return (
    <section className="details-members" aria-label={more.details.members}>
      <h3 className="label">{more.details.members}</h3>
      {chat.canAddMembers && (
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
            <span className="two-lines">
              <span className="person-name" dir="auto">
                {member.userId === me ? en.you : nameFor(member)}
              </span>
              {isSilent(member) && (
                <span className="soft">{more.details.silencedUntil(momentOf(member.silencedUntil!))}</span>
              )}
            </span>
            {member.role !== 'member' && <span className="role">{more.details.role[member.role]}</span>}
            {member.userId !== me && (
              <button
                type="button"
                className="icon-button small"
                aria-label={more.details.memberActions(nameFor(member))}
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
          label={more.details.memberActions(nameFor(menu.member))}
          anchor={menu.anchor}
          actions={actionsFor(menu.member)}
          close={() => setMenu(null)}
        />
      )}
      {asked?.what === 'silence' && (
        <Silence
          name={nameFor(asked.member)}
          now={client.now()}
          run={(until) =>
            attempt(client.call('silenceMember', { chatId, userId: asked.member.userId, until }))
          }
          close={() => setAsked(null)}
        />
      )}
      {asked?.what === 'ban' && (
        <Ban
          name={nameFor(asked.member)}
          run={(reason) =>
            attempt(
              client.call('banMember', {
                chatId,
                userId: asked.member.userId,
                ...(reason === null ? {} : { reason }),
              }),
            )
          }
          close={() => setAsked(null)}
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
