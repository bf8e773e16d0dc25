import { type ComponentType, lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { Announcer } from '../parts/announcer';
import { PageHead } from '../parts/page-head';
import { isRefusal, keptKey, onRefused, sentenceOf, setKey, tryKey } from './api';
import { Audit } from './audit/audit';
import { forgetAll } from './names';
import { Overview } from './overview/overview';
import { begin, end } from './overview/watch';
import { Fault } from './parts';
import { Reports } from './reports/reports';
import { forgetOpen, useOpenReports } from './reports/open-reports';
import { type Route, useRoute } from './route';
import { readServer, type Server } from './server';
import { SignIn } from './sign-in';

interface Room<Props> {
  default: ComponentType<Props>;
}

/** A screen that is loaded when it is opened. */
const room = <Props extends object>(load: () => Promise<Room<Props>>) =>
  lazy(() => load().catch((): Room<Props> => ({ default: NotLoaded })));

const People = room(() => import('./people/people'));
const Webhooks = room(() => import('./webhooks/webhooks'));

const TITLES: Record<Route['screen'], string> = {
  overview: 'Overview',
  reports: 'Reports',
  people: 'People',
  webhooks: 'Webhooks',
  audit: 'Audit',
};

const REFUSED =
  'The server does not know this key any more. It has to be one of API_KEYS in its environment.';

export function Admin() {
  const [server, setServer] = useState<Server | null>(null);
  const [entered, setEntered] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  const leave = useCallback((why: string | null) => {
    setKey(null);
    end();
    forgetAll();
    forgetOpen();
    setEntered(false);
    setRefusal(why);
  }, []);

  const load = useCallback(() => {
    setFault(null);
    readServer()
      .then(async (read) => {
        const kept = read.config.auth === 'open' ? null : keptKey();
        if (kept !== null) {
          // One that can't be tried now is tried by the next question.
          const wrong = await tryKey(kept).then(() => false, isRefusal);
          if (wrong) leave(REFUSED);
          else {
            setKey(kept, { keep: true });
            setEntered(true);
          }
        } else if (read.config.auth === 'open') setEntered(true);
        setServer(read);
      })
      .catch((error: unknown) => setFault(sentenceOf(error)));
  }, [leave]);
  useEffect(load, [load]);
  useEffect(() => onRefused(() => leave(REFUSED)), [leave]);

  const enter = async (key: string, keep: boolean) => {
    await tryKey(key);
    setKey(key, { keep });
    setRefusal(null);
    setEntered(true);
  };

  return (
    <div className="admin">
      <Head server={server} entered={entered} leave={() => leave(null)} />
      {server && entered ? (
        <Desk server={server} />
      ) : server ? (
        <SignIn enter={enter} refusal={refusal} />
      ) : (
        <main className="alone" aria-busy={fault === null}>
          <Fault text={fault} again={load} />
        </main>
      )}
      <Announcer />
    </div>
  );
}

function Head({ server, entered, leave }: { server: Server | null; entered: boolean; leave: () => void }) {
  return (
    <PageHead
      title="Admin"
      server={server?.config.name ?? null}
      pages={server?.config.pages ?? []}
      here="/admin"
    >
      {entered && server?.config.auth === 'jwt' && (
        <button type="button" className="button small" onClick={leave}>
          Forget key
        </button>
      )}
    </PageHead>
  );
}

function Desk({ server }: { server: Server }) {
  const route = useRoute();
  const open = useOpenReports();
  useEffect(() => {
    begin();
    return end;
  }, []);
  useEffect(() => {
    document.title = `${TITLES[route.screen]} · Admin`;
  }, [route.screen]);
  const screens = (Object.keys(TITLES) as Route['screen'][]).filter(
    (screen) => screen !== 'webhooks' || server.has('getWebhooks'),
  );
  return (
    <>
      <nav className="screens" aria-label="Screens">
        {screens.map((screen) => (
          <a
            key={screen}
            href={screen === 'overview' ? '#/' : `#/${screen}`}
            aria-current={route.screen === screen ? 'page' : undefined}
          >
            {TITLES[screen]}
            {screen === 'reports' && open !== null && open !== '0' && (
              <span className="badge">
                {open}
                <span className="hidden"> open</span>
              </span>
            )}
          </a>
        ))}
      </nav>
      {server.config.auth === 'open' && <OpenMode />}
      <main className={`at-${route.screen}`}>
        <Suspense fallback={null}>
          {route.screen === 'overview' && <Overview />}
          {route.screen === 'reports' && <Reports status={route.status} />}
          {route.screen === 'people' && <People userId={route.userId} server={server} />}
          {route.screen === 'webhooks' && <Webhooks webhookId={route.webhookId} server={server} />}
          {route.screen === 'audit' && <Audit />}
        </Suspense>
      </main>
    </>
  );
}

/** A server that was replaced has the files of its own pages alone. */
function NotLoaded() {
  return (
    <div className="screen narrow">
      <Fault
        text="This screen was not loaded: the server was not reached, or has a newer page. Reload it."
        again={() => location.reload()}
      />
    </div>
  );
}

/** Without keys there is nothing to type in. */
function OpenMode() {
  return (
    <p className="open-mode">
      Open mode: whoever reaches this server can do all of this, without a key. Set <code>AUTH=jwt</code> and{' '}
      <code>API_KEYS</code> before others can reach it. All of the page works but sessions: in open mode
      nobody logs in.
    </p>
  );
}
