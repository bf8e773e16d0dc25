import { useLayoutEffect, useRef, useState } from 'react';
import type { Fault } from './check';
import type { Config, Contract } from './contract';
import type { Editor } from './editor';
import type { Identity } from './identities';
import { current, type Outcome, send, type Sent, type Via, viasOf, withKey } from './sending';

export interface Sender {
  via: Via;
  setVia: (via: Via) => void;
  /** Whether what the schema says is looked at before sending. */
  checked: boolean;
  setChecked: (on: boolean) => void;
  /** What is said at the fields: after an attempt to send, and what the server answered. */
  faults: Fault[];
  outcome: Outcome | null;
  under: boolean;
  /** What was sent last, and by which identity: it is sent again by the same one. */
  last: { sent: Sent; key: number | null } | null;
  send: () => Promise<void>;
  sendAgain: () => Promise<void>;
  /** Two of it at the same time, as a double click does. */
  sendTwice: () => Promise<void>;
  syncFrom: (chatId: string, version: number) => Promise<void>;
}

function faultsOf(outcome: Outcome | null): Fault[] {
  if (outcome?.kind !== 'failed' || !Array.isArray(outcome.error.details)) return [];
  return (outcome.error.details as { path?: string; message?: string }[])
    .filter(({ path, message }) => typeof path === 'string' && typeof message === 'string')
    .map(({ path, message }) => ({ field: path!, message: message! }));
}

export function useSender(contract: Contract, config: Config, who: Identity | null, editor: Editor): Sender {
  const { command, input } = editor;
  const [wanted, setVia] = useState<Via>('callback');
  const [checked, setChecked] = useState(true);
  const [tried, setTried] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [under, setUnder] = useState(false);
  const [last, setLast] = useState<Sender['last']>(null);
  const turn = useRef(0);
  const vias = viasOf(command);
  const hasSocket = who === null || who.socket !== null;
  const possible = hasSocket ? vias : vias.filter((one) => one === 'rest');
  const via = possible.includes(wanted) ? wanted : (possible.at(-1) ?? 'rest');

  useLayoutEffect(() => {
    setTried(false);
    setOutcome(null);
  }, [command]);
  // What the server said is of what was sent, not of what is written now.
  useLayoutEffect(() => setOutcome((now) => (faultsOf(now).length > 0 ? null : now)), [input]);

  const run = async (sent: Sent, key = who?.key ?? null) => {
    const mine = ++turn.current;
    setUnder(true);
    setLast({ sent, key });
    const result = await send(config, current(key), sent);
    if (mine !== turn.current) return;
    setUnder(false);
    setOutcome(result);
  };

  return {
    via,
    setVia,
    checked,
    setChecked,
    faults: tried && checked && editor.faults.length > 0 ? editor.faults : faultsOf(outcome),
    outcome,
    under,
    last,
    send: async () => {
      setTried(true);
      if (input === undefined || (checked && editor.faults.length > 0)) {
        requestAnimationFrame(() =>
          document.querySelector<HTMLElement>('.middle [aria-invalid="true"]')?.focus(),
        );
        return;
      }
      await run({ command, input: withKey(command, input), via });
    },
    sendAgain: async () => {
      if (last) await run(last.sent, last.key);
    },
    sendTwice: async () => {
      if (last) await Promise.all([run(last.sent, last.key), run(last.sent, last.key)]);
    },
    syncFrom: async (chatId, version) => {
      const sync = contract.commands.find(({ name }) => name === 'sync');
      if (!sync) return;
      const given = { versions: { [chatId]: version } };
      editor.open('sync', given);
      await run({ command: sync, input: given, via: hasSocket ? 'callback' : 'rest' });
    },
  };
}
