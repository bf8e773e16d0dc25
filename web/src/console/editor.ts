import { useEffect, useMemo, useState } from 'react';
import { check, type Fault } from './check';
import type { Command, Contract } from './contract';
import type { Identity } from './identities';
import { hashOf, placeOf } from './link';
import { inputOf, type Texts, textsOf } from './texts';

export type Tab = 'form' | 'json';

export interface Editor {
  command: Command;
  tab: Tab;
  texts: Texts;
  raw: string;
  /** What would be sent now; undefined where the JSON can't be read. */
  input: unknown;
  faults: Fault[];
  /** The field that stands for the identity where it is left empty. */
  self: string | null;
  setText: (name: string, text: string) => void;
  setRaw: (raw: string) => void;
  setTab: (tab: Tab) => void;
  /** Fills in the example of the contract, as the chosen identity would send it. */
  fillIn: () => void;
  /** Opens a command with an input. */
  open: (name: string, input: unknown) => void;
}

const START = 'sendMessage';

interface State {
  command: Command;
  tab: Tab;
  texts: Texts;
  /** Fields of the input that the command does not have: they are kept, as the server may have a word on them. */
  others: Record<string, unknown>;
  raw: string;
}

const asJson = (input: unknown) => JSON.stringify(input, null, 2);

function stateOf(command: Command, input: unknown, tab: Tab): State {
  const known = command.input.properties ?? {};
  const given = typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {};
  const others = Object.fromEntries(Object.entries(given).filter(([name]) => !(name in known)));
  return { command, tab, texts: textsOf(command, input), others, raw: asJson(input) };
}

function read(raw: string): { input: unknown; faults: Fault[] } {
  try {
    return { input: JSON.parse(raw) as unknown, faults: [] };
  } catch (error) {
    return { input: undefined, faults: [{ field: '', message: (error as Error).message }] };
  }
}

function fromHash(contract: Contract, tab: Tab): State | null {
  const place = placeOf(location.hash);
  const command = contract.commands.find(({ name }) => name === place?.command);
  return command ? stateOf(command, place!.input, tab) : null;
}

/** The command that is written, and what it would send. The address holds both. */
export function useEditor(contract: Contract, who: Identity | null): Editor {
  const [state, setState] = useState<State>(
    () =>
      fromHash(contract, 'form') ??
      stateOf(contract.commands.find(({ name }) => name === START) ?? contract.commands[0]!, {}, 'form'),
  );
  const { command, tab, texts, others, raw } = state;
  useEffect(() => {
    const moved = () => setState((now) => fromHash(contract, now.tab) ?? now);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, [contract]);

  const required = command.input.required ?? [];
  const self = command.actor.find((name) => required.includes(name)) ?? null;
  const userId = who?.userId ?? null;
  const { input, faults } = useMemo(() => {
    const written =
      tab === 'form' ? { input: { ...inputOf(command, texts), ...others }, faults: [] } : read(raw);
    if (written.input === undefined) return written;
    const isObject =
      typeof written.input === 'object' && written.input !== null && !Array.isArray(written.input);
    if (!isObject) {
      const bare = command.bare === null ? undefined : command.input.properties?.[command.bare];
      const found = check(contract.$defs, bare ?? command.input, written.input, bare ? command.bare! : '');
      return { ...written, faults: found };
    }
    const whole =
      self !== null && userId !== null && !(self in (written.input as object))
        ? { [self]: userId, ...(written.input as object) }
        : written.input;
    return { input: whole, faults: check(contract.$defs, command.input, whole) };
  }, [contract, command, tab, texts, others, raw, self, userId]);

  const shared = tab === 'form' ? { ...inputOf(command, texts), ...others } : input;
  const hash = hashOf({ command: command.name, input: shared ?? {} });
  useEffect(() => {
    if (location.hash !== hash) history.replaceState(null, '', hash);
  }, [hash]);

  return {
    command,
    tab,
    texts,
    raw,
    input,
    faults,
    self,
    setText: (name, text) => setState((now) => ({ ...now, texts: { ...now.texts, [name]: text } })),
    setRaw: (text) => setState((now) => ({ ...now, raw: text })),
    setTab: (to) =>
      setState((now) => {
        if (now.tab === to) return now;
        if (to === 'json')
          return { ...now, tab: to, raw: asJson({ ...inputOf(now.command, now.texts), ...now.others }) };
        const { input: written } = read(now.raw);
        // What can't be read is mended where it is written.
        return written === undefined ? now : stateOf(now.command, written, to);
      }),
    fillIn: () => {
      // Each message has a key of its own, and the identity says who acts.
      const own =
        userId === null ? [] : command.actor.filter((name) => name === self || !required.includes(name));
      const left = ['clientId', ...own];
      const given = Object.entries(command.example.input ?? {}).filter(([name]) => !left.includes(name));
      setState((now) => stateOf(command, Object.fromEntries(given), now.tab));
    },
    open: (name, given) =>
      setState((now) => {
        const found = contract.commands.find((one) => one.name === name);
        return found ? stateOf(found, given, now.tab) : now;
      }),
  };
}
