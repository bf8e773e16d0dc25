/** Makes people `$1` to `$2`; those who are there already stay. */
export const SEED_PEOPLE = `
  INSERT INTO users (id) SELECT generate_series($1::bigint, $2::bigint) ON CONFLICT DO NOTHING`;

/** Makes a group of the people `$1` to `$2`, the first of them its owner; its id. */
export const SEED_GROUP = `
  WITH made AS (INSERT INTO chats (type, title) VALUES ('group', 'Benchmark group') RETURNING id),
  joined AS (
    INSERT INTO chat_members ("chatId", "userId", role)
    SELECT made.id, n, CASE n WHEN $1::bigint THEN 'owner' ELSE 'member' END
    FROM made, generate_series($1::bigint, $2::bigint) n
  )
  SELECT id FROM made`;
