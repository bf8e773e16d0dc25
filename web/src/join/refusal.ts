import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

/** Why one could not join. */
export function refusalOf(error: unknown): string {
  const { code, details } = error as { code?: string; details?: { reason?: string } };
  return code === 'FORBIDDEN' && details?.reason === 'banned' ? more.join.banned : sentenceOf(error);
}
