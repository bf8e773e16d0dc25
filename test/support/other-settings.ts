import type pg from 'pg';

/** What an operator may have set for a database, and what would break us if it reached our sessions. */
const SETTINGS = {
  DateStyle: "'SQL, DMY'",
  IntervalStyle: "'sql_standard'",
  TimeZone: "'Asia/Kolkata'",
  default_transaction_isolation: "'serializable'",
  search_path: "'nowhere'",
  standard_conforming_strings: 'off',
  client_encoding: "'LATIN1'",
  array_nulls: 'off',
  bytea_output: "'escape'",
  extra_float_digits: '-15',
  idle_session_timeout: "'1s'",
  statement_timeout: "'1ms'",
  lock_timeout: "'1ms'",
  idle_in_transaction_session_timeout: "'1ms'",
  default_transaction_deferrable: 'on',
  transform_null_equals: 'on',
  row_security: 'off',
  lc_messages: "'C'",
  lc_monetary: "'C'",
  lc_numeric: "'C'",
  lc_time: "'C'",
};

/** Sets them all in the database of the client. `of`: whose settings they are, in SQL. */
export async function setAll(client: pg.Client, of: (database: string) => string): Promise<void> {
  const whose = of(client.escapeIdentifier(client.database!));
  for (const [name, value] of Object.entries(SETTINGS))
    await client.query(`ALTER ${whose} SET ${name} = ${value}`);
}
