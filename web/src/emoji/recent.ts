const KEY = 'chat:emoji';
/** Three rows of them. */
const MOST = 24;
/** Where nobody has picked any yet. */
const FIRST = ['👍', '❤️', '😂', '🎉', '🙏', '🔥', '✅', '👏'];

/** What was picked at this device, the latest first. */
export function recentSigns(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (Array.isArray(kept)) return kept.filter((sign) => typeof sign === 'string').slice(0, MOST);
  } catch {
    // What can't be read was not kept.
  }
  return FIRST;
}

export function noteRecent(sign: string): void {
  const signs = [sign, ...recentSigns().filter((one) => one !== sign)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(signs));
  } catch {
    // It is not kept, then.
  }
}
