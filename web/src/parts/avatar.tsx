import { usePresence } from '@chat-api/client/react';
import { memo } from 'react';
import { useApp } from '../app/app';
import { Users } from './icons';

/** Two letters of a name: of its first and its last word. */
export function initialsOf(name: string | null): string {
  const words = (name ?? '').trim().split(/\s+/u).filter(Boolean);
  const first = (word: string | undefined) =>
    [...(word ?? '')].find((sign) => /[\p{L}\p{N}]/u.test(sign)) ?? '';
  const letters = first(words[0]) + (words.length > 1 ? first(words.at(-1)) : '');
  return letters.toLocaleUpperCase() || '?';
}

const HUES = 12;

interface Props {
  id: number;
  name: string | null;
  url?: string | null;
  group?: boolean;
  small?: boolean;
  large?: boolean;
}

/** A picture of somebody: theirs where this server lets it be shown, else their initials. For eyes only. */
export const Avatar = memo(function Avatar({ id, name, group, small, large }: Props) {
  return (
    <span
      className={`avatar hue${id % HUES}${small ? ' small' : ''}${large ? ' large' : ''}`}
      aria-hidden="true"
    >
      {group ? <Users size={small ? 16 : 20} /> : initialsOf(name)}
    </span>
  );
});

/** The same with the person's picture, where an origin that this server allows has it. */
export function Picture(props: Props) {
  const { imageOrigins } = useApp().config;
  const { url } = props;
  if (!url || !URL.canParse(url) || !imageOrigins.includes(new URL(url).origin)) return <Avatar {...props} />;
  const size = `avatar${props.small ? ' small' : ''}${props.large ? ' large' : ''}`;
  return <img className={size} src={url} alt="" loading="lazy" referrerPolicy="no-referrer" />;
}

/** Whether somebody is online: a dot for eyes; its place says it in words as well. */
export function Presence({ id }: { id: number }) {
  const presence = usePresence(id);
  return presence?.online ? <span className="dot" aria-hidden="true" /> : null;
}
