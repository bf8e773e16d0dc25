import type { ChatClient, ChatError, ServerConfig } from '@chat-api/client';
import { ChatProvider } from '@chat-api/client/react';
import { createContext, lazy, useCallback, useContext, useEffect, useState } from 'react';
import { isPushed } from '../push/owner';
import { en } from '../text/en';
import { Part } from '../parts/part';
import { clientOfTab, forget, readConfig } from './session';
import { Shell } from './shell';
import { later } from './load-later';

const Start = lazy(() => import('../start/start'));

interface AppPlace {
  config: ServerConfig;
  /** Ends being this person in this tab; with `everything`, what this device has kept of them goes as well. */
  leave: (everything: boolean) => void;
}

const Place = createContext<AppPlace | null>(null);

export function useApp(): AppPlace {
  return useContext(Place)!;
}

type State =
  | { kind: 'loading' }
  | { kind: 'failed' }
  | { kind: 'start'; config: ServerConfig; note: ChatError | null }
  | { kind: 'in'; config: ServerConfig; client: ChatClient };

/** Longest wait for the end of pushes to this device when somebody leaves, in milliseconds. */
const END_PUSHES_MS = 3_000;

/** Loading takes that long before it is said, in milliseconds. */
const SAID_MS = 300;

export function App() {
  const [state, setState] = useState<State>({ kind: 'loading' });
  const enter = useCallback((config: ServerConfig, client: ChatClient) => {
    client.start();
    setState({ kind: 'in', config, client });
  }, []);
  const load = useCallback(() => {
    setState({ kind: 'loading' });
    const read = async () => {
      const config = await readConfig();
      document.title = config.name;
      const client = await clientOfTab(config);
      if (client) enter(config, client);
      else setState({ kind: 'start', config, note: null });
    };
    read().catch(() => setState({ kind: 'failed' }));
  }, [enter]);
  useEffect(load, [load]);

  const client = state.kind === 'in' ? state.client : null;
  const config = state.kind === 'in' || state.kind === 'start' ? state.config : null;
  const leave = useCallback(
    (everything: boolean) => {
      if (!client || !config) return;
      const end = () => {
        forget();
        if (everything) void client.signOut();
        else client.stop();
        location.hash = '';
        setState({ kind: 'start', config, note: null });
      };
      const me = client.me.get()?.id;
      if (me !== undefined && isPushed(me)) void endPushes(client).then(end);
      else end();
    },
    [client, config],
  );
  useEffect(
    () =>
      client?.on('signedOut', (error) => {
        const me = client.me.get()?.id;
        // With their session the server has forgotten the device, too.
        if (config?.accounts && me !== undefined && isPushed(me)) void endPushes(client);
        client.stop();
        forget();
        if (config) setState({ kind: 'start', config, note: error.code === 'CLOSED' ? null : error });
      }),
    [client, config],
  );

  switch (state.kind) {
    case 'loading':
      return <Loading />;
    case 'failed':
      return (
        <main className="nothing">
          <h1>{en.unreachable}</h1>
          <button type="button" className="button primary" onClick={load}>
            {en.again}
          </button>
        </main>
      );
    case 'start':
      return (
        <Part fallback={<Loading />}>
          <Start config={state.config} note={state.note} enter={(found) => enter(state.config, found)} />
        </Part>
      );
    case 'in':
      return (
        <Place.Provider value={{ config: state.config, leave }}>
          <ChatProvider client={state.client}>
            <Shell />
          </ChatProvider>
        </Place.Provider>
      );
  }
}

/** This device gets no pushes any more: the person has left. Never rejects. */
async function endPushes(client: ChatClient): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, END_PUSHES_MS));
  const off = later().then(({ turnOff }) => turnOff(client));
  await Promise.race([off, late]).catch(() => undefined);
}

function Loading() {
  const [said, setSaid] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(true), SAID_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main className="nothing">
      <h1 className="hidden">{en.app}</h1>
      {said && <p className="soft">{en.loading}</p>}
    </main>
  );
}
