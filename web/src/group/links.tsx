import type { ChatListItem, Invite } from '@chat-api/client';
import { useChat } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { Dialog } from '../parts/dialog';
import { momentOf } from '../parts/until';
import { useCopy } from '../parts/use-copy';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { useDoers } from './doers';
import { DAY_MS, HOUR_MS } from './spans';

const SPANS = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS, never: 0 };
type Span = keyof typeof SPANS;

const USES = [1, 5, 10, 25, 100];

const linkOf = (code: string) => `${location.origin}${location.pathname}#/join/${code}`;

/** Links by which people join a group; for the owner and admins. */
export default function Links({ chat, close }: { chat: ChatListItem; close: () => void }) {
  const client = useChat();
  const [invites, setInvites] = useState<readonly Invite[] | null>(null);
  const [span, setSpan] = useState<Span>('week');
  const [uses, setUses] = useState(0);
  const [link, setLink] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const failed = (error: unknown) => setFault(sentenceOf(error));
  useEffect(() => {
    client.call('getInvites', { chatId: chat.id }).then(setInvites, failed);
  }, [client, chat.id]);
  const make = () => {
    setBusy(true);
    setFault(null);
    client
      .call('createInvite', {
        chatId: chat.id,
        expiresAt: SPANS[span] === 0 ? null : new Date(client.now() + SPANS[span]).toISOString(),
        maxUses: uses === 0 ? null : uses,
      })
      .then(({ code, ...invite }) => {
        setLink(linkOf(code));
        setInvites((before) => [invite, ...(before ?? [])]);
      })
      .catch(failed)
      .finally(() => setBusy(false));
  };
  const revoke = ({ inviteId }: Invite) => {
    setFault(null);
    client
      .call('revokeInvite', { chatId: chat.id, inviteId })
      .then(() => setInvites((before) => before?.filter((one) => one.inviteId !== inviteId) ?? null))
      .catch(failed);
  };
  return (
    <Dialog title={more.links.title} close={close}>
      <div className="link-form">
        <label className="one-of">
          <span className="label">{more.links.expires}</span>
          <select
            className="field"
            value={span}
            onChange={(event) => setSpan(event.currentTarget.value as Span)}
          >
            {Object.entries(more.links.expiries).map(([one, text]) => (
              <option key={one} value={one}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label className="one-of">
          <span className="label">{more.links.uses}</span>
          <select
            className="field"
            value={uses}
            onChange={(event) => setUses(Number(event.currentTarget.value))}
          >
            <option value={0}>{more.links.anyNumber}</option>
            {USES.map((n) => (
              <option key={n} value={n}>
                {more.links.people(n)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="button primary" disabled={busy} onClick={make}>
          {more.links.make}
        </button>
      </div>
      {link !== null && <Made key={link} link={link} />}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <Open invites={invites} revoke={revoke} />
    </Dialog>
  );
}

/** A link that was just made: the server keeps no more than a hash of its code. */
function Made({ link }: { link: string }) {
  const { field, copied, copy } = useCopy(link, more.links.copied);
  useEffect(() => field.current?.select(), [field]);
  return (
    <div className="made">
      <span className="label">{more.links.made}</span>
      <div className="start-row">
        <input
          ref={field}
          className="field mono"
          readOnly
          aria-label={more.links.made}
          value={link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" className="button" onClick={copy}>
          {copied ? more.links.copied : more.links.copy}
        </button>
      </div>
      <p className="soft">{more.links.madeHelp}</p>
    </div>
  );
}

function Open({ invites, revoke }: { invites: readonly Invite[] | null; revoke: (invite: Invite) => void }) {
  const nameOf = useDoers((invites ?? []).map(({ createdBy }) => createdBy));
  return (
    <section aria-label={more.links.open}>
      <h3 className="label">{more.links.open}</h3>
      {invites?.length === 0 && <p className="soft">{more.links.none}</p>}
      <ul className="people">
        {invites?.map((invite) => {
          const { inviteId, uses, maxUses, expiresAt, createdBy, createdAt } = invite;
          const used = more.links.used(uses, maxUses);
          const ends = expiresAt === null ? more.links.always : more.links.ends(momentOf(expiresAt));
          return (
            <li key={inviteId} className="person">
              <span className="two-lines">
                <span>{`${used}, ${ends}`}</span>
                <span className="soft" dir="auto">
                  {more.links.by(nameOf(createdBy), momentOf(createdAt))}
                </span>
              </span>
              <button
                type="button"
                className="button small"
                aria-label={more.links.revokeLabel(used)}
                onClick={() => revoke(invite)}
              >
                {more.links.revoke}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
