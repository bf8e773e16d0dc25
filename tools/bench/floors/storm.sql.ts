/** Creates users `$1` to `$2`. */
export const SEED_PEOPLE = `
  INSERT INTO users (id) SELECT generate_series($1::bigint, $2::bigint) ON CONFLICT DO NOTHING`;

/** Creates direct chats of each user `$1` to `$2` with the `$3` users after them; after the last comes the first. */
export const SEED_DIRECT_CHATS = `
  WITH pairs AS (
    SELECT DISTINCT least(a, b) AS one, greatest(a, b) AS other
    FROM generate_series($1::bigint, $2::bigint) a, generate_series(1, $3::int) step,
      LATERAL (SELECT $1::bigint + (a - $1::bigint + step) % ($2::bigint - $1::bigint + 1) AS b) next
  ), made AS (
    INSERT INTO chats (type, "user1Id", "user2Id") SELECT 'direct', one, other FROM pairs
    RETURNING id, "user1Id", "user2Id"
  )
  INSERT INTO chat_members ("chatId", "userId")
  SELECT made.id, person FROM made, LATERAL (VALUES (made."user1Id"), (made."user2Id")) AS of(person)`;

/** Creates groups of `$3` users from `$1` to `$2`, each user in one. The first user of a group owns it. */
export const SEED_GROUPS = `
  WITH of AS (
    SELECT n, (n - $1::bigint) / $3::int AS nr FROM generate_series($1::bigint, $2::bigint) n
  ), made AS (
    INSERT INTO chats (type, title, "memberCount")
    SELECT 'group', 'Group ' || nr, count(*) FROM of GROUP BY nr
    RETURNING id, title
  )
  INSERT INTO chat_members ("chatId", "userId", role)
  SELECT made.id, of.n, CASE WHEN (of.n - $1::bigint) % $3::int = 0 THEN 'owner' ELSE 'member' END
  FROM made JOIN of ON made.title = 'Group ' || of.nr`;
