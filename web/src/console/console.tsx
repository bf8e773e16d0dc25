import { useEffect, useLayoutEffect, useState } from 'react';
import { PageHead } from '../parts/page-head';
import { Code } from './code';
import { Commands } from './commands';
import { type Config, type Contract, readServer } from './contract';
import { type Editor, useEditor } from './editor';
import { Form } from './form';
import { useIdentities } from './identities';
import { LogView } from './log-view';
import { People } from './people';
import { useSender } from './sender';

const VIEWS = ['People', 'Commands', 'Form', 'Log'] as const;
type View = (typeof VIEWS)[number];

export function Console() {
  const [server, setServer] = useState<{ contract: Contract; config: Config } | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const load = () => {
    setFault(null);
    readServer().then(setServer, ({ message }: Error) => setFault(message));
  };
  useEffect(load, []);
  return (
    <div className="console">
      <PageHead
        title="Console"
        server={server && `${server.config.name} ${server.contract.version}`}
        pages={server?.config.pages ?? []}
        here="/console"
      />
      {server ? (
        <Desk {...server} />
      ) : (
        <main className="empty" aria-busy={fault === null}>
          {fault !== null && (
            <>
              <p role="alert">
                The contract of this server was not read. {fault} The console is made from{' '}
                <code>/docs/contract.json</code>, which <code>npm run build</code> writes.
              </p>
              <button type="button" className="button" onClick={load}>
                Try again
              </button>
            </>
          )}
        </main>
      )}
    </div>
  );
}

function Desk({ contract, config }: { contract: Contract; config: Config }) {
  const identities = useIdentities();
  const [chosen, setChosen] = useState<number | null>(null);
  const [view, setView] = useState<View>('Form');
  const who = identities.find(({ key }) => key === chosen) ?? identities.at(-1) ?? null;
  const editor: Editor = useEditor(contract, who);
  const sender = useSender(contract, config, who, editor);
  // Before the next key: a key must never send what stood there before the last one.
  useLayoutEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      void sender.send();
    };
    document.addEventListener('keydown', keys);
    return () => document.removeEventListener('keydown', keys);
  });
  return (
    <>
      <People config={config} who={who} choose={setChosen} sender={sender} open={view === 'People'} />
      <div className="views" role="group" aria-label="Show">
        {VIEWS.map((one) => (
          <button type="button" key={one} aria-pressed={view === one} onClick={() => setView(one)}>
            {one}
          </button>
        ))}
      </div>
      <main className={`columns view-${view.toLowerCase()}`}>
        <Commands contract={contract} chosen={editor.command.name} opened={() => setView('Form')} />
        <section className="middle" aria-label="Command">
          <Form contract={contract} config={config} who={who} editor={editor} sender={sender} />
          <Code config={config} who={who} editor={editor} via={sender.via} />
        </section>
        <LogView identities={identities} events={contract.events} />
      </main>
    </>
  );
}
