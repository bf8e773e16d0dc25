import { withoutSecrets } from './log';

/** `#/sendMessage?input={…}`: a command and its input, never a token. */
export interface Place {
  command: string;
  input: unknown;
}

export function placeOf(hash: string): Place | null {
  const [, command, query = ''] = /^#\/(\w+)(?:\?(.*))?$/s.exec(hash) ?? [];
  if (command === undefined) return null;
  const written = new URLSearchParams(query).get('input');
  try {
    return { command, input: written === null ? {} : (JSON.parse(written) as unknown) };
  } catch {
    return { command, input: {} };
  }
}

export function hashOf({ command, input }: Place): string {
  const safe = withoutSecrets(input);
  const empty = typeof safe === 'object' && safe !== null && Object.keys(safe).length === 0;
  return empty ? `#/${command}` : `#/${command}?input=${encodeURIComponent(JSON.stringify(safe))}`;
}
