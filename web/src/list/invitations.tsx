import type { Invitation } from '@chat-api/client';
import { useChat, useConnection } from '@chat-api/client/react';
import { useCallback, useEffect, useState } from 'react';
import { go } from '../app/route';
import { Avatar } from '../parts/avatar';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import '../parts/later-styles';

/** Groups that this person is invited to: they are no chats yet. */
export default function Invitations() {
  const client = useChat();
  const { state } = useConnection();
  const [invitations, setInvitations] = useState<readonly Invitation[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const read = useCallback(() => {
    client.call('getInvitations', {}).then(setInvitations, () => undefined);
  }, [client]);
  useEffect(() => {
    if (state !== 'live') return undefined;
    read();
    addEventListener('focus', read);
    return () => removeEventListener('focus', read);
  }, [state, read]);
  const answer = (chatId: number, accept: boolean) => {
    setFault(null);
    client
      .call(accept ? 'acceptInvitation' : 'declineInvitation', { chatId })
      .then(() => {
        if (accept) go(chatId);
      })
      .catch((error: unknown) => setFault(sentenceOf(error)))
      .finally(read);
  };
  return (
    <>
      {invitations.map(({ chatId, title, inviter, invitedBy }) => (
        <div key={chatId} className="invitation">
          <Avatar id={chatId} name={title} group />
          <div className="invitation-text">
            <strong dir="auto">{title ?? en.untitled}</strong>
            <span className="soft">{more.invitations.by(inviter?.name ?? en.unnamed(invitedBy))}</span>
            <span className="invitation-buttons">
              <button type="button" className="button small primary" onClick={() => answer(chatId, true)}>
                {more.invitations.join}
              </button>
              <button type="button" className="button small" onClick={() => answer(chatId, false)}>
                {more.invitations.decline}
              </button>
            </span>
          </div>
        </div>
      ))}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
