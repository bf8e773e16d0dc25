import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Command, Contract } from './contract';

interface Props {
  contract: Contract;
  chosen: string;
  opened: () => void;
}

/** Every command, by folder. Arrows move from the search down into the list. */
export function Commands({ contract, chosen, opened }: Props) {
  const [search, setSearch] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const folders = useMemo(() => byFolder(contract.commands, search), [contract, search]);
  const found = [...folders.values()].flat();
  const first = found.some(({ name }) => name === chosen) ? chosen : found[0]?.name;
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    links[Math.max(0, links.indexOf(document.activeElement as HTMLAnchorElement) + step)]?.focus();
  };
  return (
    <nav className="commands" aria-label="Commands" onKeyDown={move}>
      <div className="search">
        <input
          className="field"
          type="search"
          aria-label="Search commands"
          placeholder="Search commands"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      <div className="list" ref={list}>
        {found.length === 0 && <p className="soft none">No command has “{search}”.</p>}
        {[...folders].map(([folder, commands]) => (
          <section key={folder} aria-label={folder}>
            <h2>{folder}</h2>
            <ul>
              {commands.map(({ name, rest, socket }) => (
                <li key={name}>
                  <a
                    href={`#/${name}`}
                    aria-current={name === chosen ? 'page' : undefined}
                    tabIndex={name === first ? 0 : -1}
                    onClick={opened}
                  >
                    <span className="name">{name}</span>
                    {!socket && <span className="edge">REST</span>}
                    {!rest && <span className="edge">socket</span>}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </nav>
  );
}

function byFolder(commands: readonly Command[], search: string): Map<string, Command[]> {
  const words = search.trim().toLowerCase().split(/\s+/);
  const folders = new Map<string, Command[]>();
  for (const command of commands) {
    const { name, subject, summary, rest } = command;
    const text = `${name} ${subject} ${summary} ${rest?.path ?? ''}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    folders.set(subject, [...(folders.get(subject) ?? []), command]);
  }
  return folders;
}
