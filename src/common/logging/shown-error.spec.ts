import { shownError, withoutValues } from './shown-error.js';

const SECRET = 'Zq7xEcHo';

describe('An error in the log', () => {
  it.each([
    [`invalid input syntax for type bigint: "${SECRET}"`, 'invalid input syntax for type bigint: "…"'],
    [`value "${SECRET}" is out of range for type integer`, 'value "…" is out of range for type integer'],
    [`malformed array literal: "{"${SECRET}\n","x"}"`, 'malformed array literal: "…"'],
    [`Unexpected token 'Z', "${SECRET}" is not valid JSON`, `Unexpected token '…', "…" is not valid JSON`],
  ])('quotes no value: %s', (text, shown) => {
    expect(withoutValues(text)).toBe(shown);
  });

  it.each([
    'duplicate key value violates unique constraint "users_externalId_key"',
    'relation "messages" does not exist',
    'new row for relation "messages" violates check constraint "messages_content_check"',
    'connect ECONNREFUSED 127.0.0.1:5432',
  ])('keeps what is about the schema: %s', (text) => {
    expect(withoutValues(text)).toBe(text);
  });

  it('shows what failed and where, and nothing of the row', () => {
    const error = Object.assign(new Error(`invalid input syntax for type json: "${SECRET}"`), {
      code: '22P02',
      table: 'messages',
      detail: `Failing row contains (${SECRET}).`,
      where: `JSON data, line 1: ${SECRET}`,
      parameters: [SECRET],
      sql: SECRET,
    });
    const shown = shownError(new Error('A batch failed', { cause: error }));
    expect(shown).toMatchObject({ message: 'A batch failed', cause: { code: '22P02', table: 'messages' } });
    expect((shown as { stack: string }).stack).toContain('shown-error.spec');
    expect(JSON.stringify(shown)).not.toContain(SECRET);
  });

  it('shows nothing of a thrown value that is not an error', () => {
    expect(
      JSON.stringify([{ [SECRET]: SECRET }, [SECRET], null].map((one) => shownError(one))),
    ).not.toContain(SECRET);
  });

  it('follows causes to a bounded depth', () => {
    const error = new Error('a') as Error & { cause?: unknown };
    error.cause = error;
    expect(JSON.stringify(shownError(error)).match(/"type"/g)).toHaveLength(4);
  });
});
