const EXPECTED = 'expected postgres://user:password@host:port/database';

const ESCAPES = 'the password has to be escaped: %2F for /, %3F for ?, %23 for #, %25 for %, %40 for @';

/** Everything up to the first character that ends user, password, host and port. */
const AUTHORITY = /^[a-z]+:\/\/([^/?#]*)/i;

/**
 * The URL of a database. A `/`, `?` or `#` in a password that was not escaped would make its beginning a port and its rest
 * a database, which later errors show. So it is refused here.
 *
 * @throws Error with the expected form and nothing of the text, which may hold a password.
 */
export function postgresUrl(text: string): string {
  const [whole = '', authority = ''] = AUTHORITY.exec(text) ?? [];
  if (text.slice(whole.length).includes('@')) throw new Error(`${EXPECTED}; ${ESCAPES}`);
  const credentials = authority.slice(0, authority.lastIndexOf('@') + 1);
  if (!isDecodable(credentials)) throw new Error(`${EXPECTED}; ${ESCAPES}`);
  if (URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol)) return text;
  throw new Error(credentials === '' ? EXPECTED : `${EXPECTED}; ${ESCAPES}`);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
