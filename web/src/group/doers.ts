import { useMe } from '@chat-api/client/react';
import { useNames } from '../parts/system';
import { en } from '../text/en';
import { more } from '../text/en-more';

/** Who did something, as it stands within a sentence; null: the application. */
export function useDoers(ids: readonly (number | null)[]): (id: number | null) => string {
  const me = useMe()?.id;
  const nameOf = useNames(ids.filter((id) => id !== null));
  return (id) => (id === null ? en.system.app : id === me ? more.you : nameOf(id));
}
