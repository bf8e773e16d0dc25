const EXPECTED =
  'expected postgres://user:password@host:port/database, and in the password %2F for /, %3F for ?, %23 for #, %25 for %, ' +
  '%40 for @';

/**
 * The URL of a database. In a password that was not escaped, `/`, `?` or `#` would make its beginning a port and its rest
 * a database, which errors show.
 *
 * @throws TypeError with the expected form and nothing of the text, which may hold a password.
 */
export function postgresUrl(text: string): string {
  const [whole = '', authority = ''] = /^[a-z]+:\/\/([^/?#]*)/i.exec(text) ?? [];
  const credentials = authority.slice(0, authority.lastIndexOf('@') + 1);
  if (text.slice(whole.length).includes('@') || !isReadable(text, credentials)) throw new TypeError(EXPECTED);
  return text;
}

function isReadable(text: string, credentials: string): boolean {
  try {
    decodeURIComponent(credentials);
    return ['postgres:', 'postgresql:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
