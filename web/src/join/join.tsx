import type { InvitedGroup } from '@chat-api/client';
import { useChat, useConnection } from '@chat-api/client/react';
import { type ReactNode, useEffect, useState } from 'react';
import { go, replace } from '../app/route';
import { Picture } from '../parts/avatar';
import { momentOf } from '../parts/until';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { refusalOf } from './refusal';
import '../parts/later-styles';

/** Where a link of an invitation leads: what the group is, and the way in. */
export default function Join({ code }: { code: string }) {
  const client = useChat();
  const live = useConnection().state === 'live';
  const [group, setGroup] = useState<InvitedGroup | null>(null);
  const [gone, setGone] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!live) return;
    client.call('getInvite', { code }).then(setGroup, (error: unknown) => {
      const { code: why } = error as { code?: string };
      if (why === 'NOT_FOUND' || why === 'VALIDATION_FAILED') setGone(true);
      else setFault(refusalOf(error));
    });
  }, [client, code, live]);
  const join = () => {
    setBusy(true);
    setFault(null);
    client
      .call('joinByInvite', { code })
      .then(({ id }) => replace(id))
      .catch((error: unknown) => {
        setFault(refusalOf(error));
        setBusy(false);
      });
  };
  const later = (
    <button type="button" className="button" onClick={() => go(null)}>
      {group && !group.isMember ? more.join.later : en.chat.back}
    </button>
  );
  if (gone)
    return (
      <Card>
        <h2>{more.join.gone}</h2>
        <p className="soft">{more.join.goneHelp}</p>
        <div className="join-buttons">{later}</div>
      </Card>
    );
  if (!group)
    return (
      <Card>
        {fault ? (
          <p className="fault" role="alert">
            {fault}
          </p>
        ) : (
          <p className="soft">{more.join.looking}</p>
        )}
        {fault && <div className="join-buttons">{later}</div>}
      </Card>
    );
  const { chatId, title, avatarUrl, memberCount, isMember, expiresAt } = group;
  return (
    <Card>
      <p className="soft">{more.join.invites}</p>
      <Picture id={chatId} name={title} url={avatarUrl} group large />
      <h2 dir="auto">{title ?? en.untitled}</h2>
      <p className="soft">{en.chat.members(memberCount)}</p>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {isMember && <p>{more.join.member}</p>}
      <div className="join-buttons">
        {isMember ? (
          <button type="button" className="button primary" onClick={() => replace(chatId)}>
            {more.join.open}
          </button>
        ) : (
          <button type="button" className="button primary" disabled={busy} onClick={join}>
            {more.join.join}
          </button>
        )}
        {later}
      </div>
      {expiresAt && !isMember && <p className="soft small">{more.join.until(momentOf(expiresAt))}</p>}
    </Card>
  );
}

function Card({ children }: { children: ReactNode }) {
  return (
    <div className="nothing">
      <section className="join">{children}</section>
    </div>
  );
}
