import type { UserSession } from '@chat-api/client';
import { type ReactNode, useState } from 'react';
import { announce } from '../../parts/announcer';
import { Confirm } from '../../parts/dialog';
import { call, download, sentenceOf } from '../api';
import { EntryList } from '../audit/entry-list';
import { useAudit } from '../audit/use-audit';
import { numbered } from '../names';
import { Avatar, Fault, Heading, Time } from '../parts';
import type { Server } from '../server';
import { agoOf, momentOf } from '../times';
import { Chats } from './chats';
import { Deactivate } from './deactivate';
import { Erase } from './erase';
import { ErasureProgress } from './erasure-progress';
import { type PersonState, usePerson } from './use-person';

type Asks = 'deactivate' | 'sessions' | 'erase' | null;

interface Props {
  userId: number;
  server: Server;
  /** Called when something was done to them. */
  changed: () => void;
}

/** One person: who they are, what can be done, and what was done. No message of theirs. */
export function Person({ userId, server, changed }: Props) {
  const open = server.config.auth === 'open';
  const { person, fault, load, version } = usePerson(userId, open);
  const [asks, setAsks] = useState<Asks>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  if (!person)
    return fault === null ? <div aria-busy="true" /> : <Fault text={fault} again={() => void load()} />;
  const { user, erasure } = person;
  const name = user.name ?? numbered(user.id);

  /** Does something, says so, and reads anew what has become of it. */
  const run = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setRefused(null);
    try {
      await work();
      announce(done);
    } catch (error) {
      setRefused(sentenceOf(error));
    }
    await load();
    changed();
    setBusy(false);
  };

  return (
    <article className="person-page" aria-label={name}>
      <header className="person-head">
        <Avatar id={user.id} name={user.name} />
        <div className="who">
          <Heading focus="lost">{name}</Heading>
          <p className="soft small ids">
            Id {user.id}
            {user.externalId !== null && (
              <>
                {' · external '}
                <bdi>{user.externalId}</bdi>
              </>
            )}
          </p>
        </div>
        <div className="tags">
          {erasure && (
            <span className="tag bad">{erasure.status === 'done' ? 'erased' : 'being erased'}</span>
          )}
          {user.deactivated && <span className="tag bad">shut out</span>}
          {person.presence?.online && <span className="tag good">online</span>}
        </div>
      </header>
      {/* Of who is erased there is nothing to do any more. */}
      {erasure === null && (
        <div className="row-of-buttons">
          {user.deactivated ? (
            <button
              type="button"
              className="button small primary"
              disabled={busy}
              onClick={() =>
                void run(() => call('POST', `/users/${userId}/reactivate`), `${name} may come back.`)
              }
            >
              Let back
            </button>
          ) : (
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() => setAsks('deactivate')}
            >
              Deactivate…
            </button>
          )}
          {!open && (
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() => setAsks('sessions')}
            >
              End sessions…
            </button>
          )}
          {server.has('exportUser') && (
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() =>
                void run(
                  () => download(`/users/${userId}/export`, `person-${userId}.jsonl`),
                  'The export was saved.',
                )
              }
            >
              Export
            </button>
          )}
          <button
            type="button"
            className="button small danger"
            disabled={busy}
            onClick={() => setAsks('erase')}
          >
            Erase…
          </button>
        </div>
      )}
      <Fault text={refused ?? fault} />
      {erasure && <ErasureProgress erasure={erasure} />}
      {user.deactivated && <ShutOut state={person.deactivation} />}
      <dl className="facts">
        <div>
          <dt>Here since</dt>
          <dd>
            <Time at={user.createdAt} text={momentOf(user.createdAt)} />
          </dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>{lastSeen(person)}</dd>
        </div>
      </dl>
      {!open && (
        <Section title="Sessions">
          <Sessions sessions={person.sessions} />
        </Section>
      )}
      <Section title="Chats">
        <Chats userId={userId} />
      </Section>
      <Section title="What was done">
        <Done key={version} userId={userId} />
      </Section>

      {asks === 'deactivate' && (
        <Deactivate
          name={name}
          close={() => setAsks(null)}
          run={(body) =>
            run(() => call('POST', `/users/${userId}/deactivate`, { body }), `${name} is shut out.`)
          }
        />
      )}
      {asks === 'sessions' && (
        <Confirm
          title={`End all sessions of ${name}?`}
          text="They are logged out on every device within a second, and may log in again at once. To keep them out, deactivate them."
          action="End sessions"
          close={() => setAsks(null)}
          run={() =>
            void run(
              () => call('POST', `/users/${userId}/sessions/revoke`),
              `The sessions of ${name} were ended.`,
            )
          }
        />
      )}
      {asks === 'erase' && (
        <Erase
          user={user}
          close={() => setAsks(null)}
          run={(messages) =>
            run(() => call('DELETE', `/users/${userId}`, { query: { messages } }), `${name} is being erased.`)
          }
        />
      )}
    </article>
  );
}

const lastSeen = ({ user, presence }: PersonState): ReactNode => {
  const at = presence?.lastSeenAt ?? user.lastSeenAt;
  if (presence?.online) return 'online now';
  return at === null ? 'never' : <Time at={at} />;
};

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function ShutOut({ state }: { state: PersonState['deactivation'] }) {
  return (
    <div className="notice bad" role="note">
      <div>
        <p>
          Shut out{state && ` since ${momentOf(state.at)}`}
          {state?.until ? `, until ${momentOf(state.until)}.` : ', until somebody lets them back.'}
        </p>
        {state?.reason && (
          <p className="small" dir="auto">
            {state.reason}
          </p>
        )}
      </div>
    </div>
  );
}

function Sessions({ sessions }: { sessions: UserSession[] | 'elsewhere' }) {
  if (sessions === 'elsewhere')
    return (
      <p className="soft">
        Another service issues the tokens of this server and knows its sessions. Here they can be ended, not
        listed.
      </p>
    );
  if (sessions.length === 0) return <p className="soft">Logged in nowhere.</p>;
  return (
    <ul className="lines">
      {sessions.map(({ begunAt, refreshedAt, expiresAt }, index) => (
        <li key={`${begunAt} ${index}`}>
          <span>
            Logged in <Time at={begunAt} text={momentOf(begunAt)} />
          </span>
          <span className="soft small">
            last used <Time at={refreshedAt} /> · ends {agoOf(expiresAt)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Done({ userId }: { userId: number }) {
  const { entries, more, fault, load, loadMore } = useAudit({ userId });
  return (
    <>
      <Fault text={fault} again={() => void load()} />
      {entries?.length === 0 && <p className="soft">Nothing.</p>}
      {entries !== null && entries.length > 0 && <EntryList entries={entries} of={userId} />}
      {more && (
        <button type="button" className="button small more" onClick={() => void loadMore()}>
          More
        </button>
      )}
    </>
  );
}
