import { memo } from 'react';
import { Users } from './icons';

/** Two letters of a name: of its first and its last word. */
function initialsOf(name: string | null): string {
  const words = (name ?? '').trim().split(/\s+/u).filter(Boolean);
  const first = (word: string | undefined) =>
    [...(word ?? '')].find((sign) => /[\p{L}\p{N}]/u.test(sign)) ?? '';
  const letters = first(words[0]) + (words.length > 1 ? first(words.at(-1)) : '');
  return letters.toLocaleUpperCase() || '?';
}

const HUES = 12;

export interface AvatarProps {
  id: number;
  name: string | null;
  url?: string | null;
  group?: boolean;
  small?: boolean;
  large?: boolean;
}

/** A picture of somebody: theirs where this server lets it be shown, else their initials. For eyes only. */
export const Avatar = memo(function Avatar({ id, name, group, small, large }: AvatarProps) {
  return (
    <span
      className={`avatar hue${id % HUES}${small ? ' small' : ''}${large ? ' large' : ''}`}
      aria-hidden="true"
    >
      {group ? <Users size={large ? 36 : small ? 16 : 20} /> : initialsOf(name)}
    </span>
  );
});
