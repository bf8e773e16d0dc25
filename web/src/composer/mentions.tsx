import type { ChatListItem, Member } from '@chat-api/client';
import { useMe, useMembers } from '@chat-api/client/react';
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import { Avatar } from '../parts/avatar';
import '../parts/later-styles';

/** What the field asks it. */
export interface MentionKeys {
  /** The ids of the members whom a text mentions. */
  in: (content: string) => number[];
  /** Whether the key was for the list. */
  key: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean;
}

interface Props {
  chat: ChatListItem;
  text: string;
  field: RefObject<HTMLTextAreaElement | null>;
  change: (text: string) => void;
  keys: RefObject<MentionKeys | null>;
}

const SOUGHT = /(?:^|\s)@([\p{L}\p{N}]*(?: [\p{L}\p{N}]*)?)$/u;
const MOST_OFFERED = 6;

/** Offers the members of a group after an `@`, and tells whom a text mentions. */
export function Mentions({ chat, text, field, change, keys }: Props) {
  const me = useMe()?.id;
  const members = useMembers(chat.id);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState('');
  const before = text.slice(0, field.current?.selectionStart ?? text.length);
  const sought = SOUGHT.exec(before)?.[1];
  const others = (members ?? []).filter(({ userId, name }) => userId !== me && name);
  const fits = ({ name }: Member) => name!.toLocaleLowerCase().startsWith(sought!.toLocaleLowerCase());
  const offered = sought === undefined || closed === before ? [] : others.filter(fits).slice(0, MOST_OFFERED);
  const whole = offered.length === 1 && offered[0]!.name === sought;
  const shown = whole ? [] : offered;
  const chosen = Math.min(at, shown.length - 1);
  const take = ({ name }: Member) => {
    const area = field.current!;
    area.setRangeText(`${name} `, before.length - sought!.length, before.length, 'end');
    change(area.value);
    area.focus();
  };
  keys.current = {
    in: (content) => others.filter(({ name }) => content.includes(`@${name}`)).map(({ userId }) => userId),
    key: (event) => {
      if (shown.length === 0) return false;
      const { key } = event;
      if (key === 'ArrowDown' || key === 'ArrowUp')
        setAt((chosen + (key === 'ArrowDown' ? 1 : shown.length - 1)) % shown.length);
      else if (key === 'Enter' || key === 'Tab') take(shown[chosen]!);
      else if (key === 'Escape') setClosed(before);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
  useEffect(() => () => void (keys.current = null), [keys]);
  if (shown.length === 0) return null;
  return (
    <ul className="mentions">
      {shown.map((member, index) => (
        <li key={member.userId}>
          <button
            type="button"
            className={index === chosen ? 'chosen' : undefined}
            onClick={() => take(member)}
          >
            <Avatar id={member.userId} name={member.name} small />
            <span dir="auto">{member.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
