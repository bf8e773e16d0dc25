import { unescape } from 'node:querystring';
import { type CommandName, EXTERNAL, idsInPart, listsOfExternals } from '../contract/index.js';

/**
 * A query in which lists with `external:<externalId>` are split. An externalId may have commas, and the query is decoded:
 * only the URL still shows which commas stand between ids and which, written `%2C`, may be part of one.
 */
export function withLists(
  name: CommandName,
  query: Record<string, unknown>,
  url: string,
): Record<string, unknown> {
  for (const field of listsOfExternals(name)) {
    const value = query[field];
    // Given several times, each is one id already.
    if (typeof value !== 'string' || !value.includes(EXTERNAL) || !value.includes(',')) continue;
    query = { ...query, [field]: rawOf(field, url).split(',').map(decoded).flatMap(idsInPart) };
  }
  return query;
}

/** The value of a parameter as it stands in the URL. */
function rawOf(field: string, url: string): string {
  for (const parameter of url.slice(url.indexOf('?') + 1).split('&')) {
    const [name = '', ...value] = parameter.split('=');
    if (decoded(name) === field) return value.join('=');
  }
  return '';
}

/** As Node's parser of queries decodes. */
const decoded = (text: string): string => unescape(text.replaceAll('+', ' '));
