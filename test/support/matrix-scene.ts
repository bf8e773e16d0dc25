import { randomBytes } from 'node:crypto';
import type { Role } from './permission-matrix.js';
import type { World } from './world.js';

/** The data that a command of the matrix is about. */
export interface Scene {
  /** The acting user; for the application and for nobody, a user whom they may name. */
  userId: number;
  /** Another user in the chat. */
  otherId: number;
  /** A user without a chat with the acting user. */
  thirdId: number;
  /** A user who has another chat with the acting user. */
  friendId: number;
  /** A user without chats who blocks the acting user. */
  enemyId: number;
  chatId: number;
  /** The same chat; for the application and nobody a group, because a direct chat forbids some commands to everyone. */
  groupId: number;
  /** A message of the acting user, which they stream; for roles that were never in the chat, of the other user. */
  ownId: number;
  /** A message of the other user. */
  messageId: number;
  /** A group to which the acting user is invited. */
  invitedToId: number;
  /** A public group that the acting user is not in. */
  publicId: number;
  /** A code that leads into another group, and the invitation with it. */
  code: string;
  inviteId: number;
  /** The id of a report of any message. */
  reportId: number;
  /** The id of an erasure of somebody. */
  erasureId: number;
  /** The id of a webhook that reaches nothing. */
  webhookId: number;
}

/** Ids that do not exist. */
export const nowhere = (scene: Scene): Scene => ({
  ...scene,
  otherId: 987_654_320,
  friendId: 987_654_326,
  chatId: 987_654_321,
  groupId: 987_654_321,
  invitedToId: 987_654_321,
  publicId: 987_654_321,
  inviteId: 987_654_325,
  code: 'x'.repeat(24),
  ownId: 987_654_322,
  messageId: 987_654_323,
  reportId: 987_654_324,
  erasureId: 987_654_325,
  webhookId: 987_654_325,
});

/**
 * Creates the scene of a role, with people of these ids: the five of the scene, the owners of its groups, and whoever was
 * erased. One function, because there are thousands of scenes, and each takes some twenty statements.
 */
const FUNCTIONS = `
  CREATE FUNCTION matrix_direct_chat(one_id bigint, other_id bigint) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    chat_id bigint;
  BEGIN
    INSERT INTO chats (type, "user1Id", "user2Id") VALUES ('direct', one_id, other_id) RETURNING id INTO chat_id;
    INSERT INTO chat_members ("chatId", "userId") VALUES (chat_id, one_id), (chat_id, other_id);
    RETURN chat_id;
  END $$;

  -- With the other user as a member; there is always an owner.
  CREATE FUNCTION matrix_group(as_role text, user_id bigint, other_id bigint, owner_id bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
  DECLARE
    chat_id bigint;
  BEGIN
    INSERT INTO chats (type, title) VALUES ('group', 'a group') RETURNING id INTO chat_id;
    INSERT INTO chat_members ("chatId", "userId", role) VALUES (chat_id, other_id, 'member');
    IF as_role NOT IN ('stranger', 'invited') THEN
      INSERT INTO chat_members ("chatId", "userId", role, "silencedUntil") VALUES (chat_id, user_id,
        CASE WHEN as_role IN ('admin', 'owner') THEN as_role ELSE 'member' END,
        CASE as_role WHEN 'silenced' THEN '2999-01-01'::timestamptz END);
    END IF;
    IF as_role <> 'owner' THEN
      INSERT INTO users (id) VALUES (owner_id);
      INSERT INTO chat_members ("chatId", "userId", role) VALUES (chat_id, owner_id, 'owner');
    END IF;
    RETURN chat_id;
  END $$;

  CREATE FUNCTION matrix_scene(as_role text, ids bigint[], code text) RETURNS json LANGUAGE plpgsql AS $$
  DECLARE
    user_id CONSTANT bigint := ids[1];
    other_id CONSTANT bigint := ids[2];
    third_id CONSTANT bigint := ids[3];
    friend_id CONSTANT bigint := ids[4];
    enemy_id CONSTANT bigint := ids[5];
    outside CONSTANT boolean := as_role IN ('nobody', 'application');
    within CONSTANT boolean := NOT outside AND as_role NOT IN ('stranger', 'invited');
    chat_id bigint;
    group_id bigint;
    invited_to_id bigint;
    public_id bigint;
    message_id bigint;
    own_id bigint;
    report_id bigint;
    invite_id bigint;
    erasure_id bigint;
    webhook_id bigint;
  BEGIN
    INSERT INTO users (id, name) SELECT unnest(ids[1:5]), 'a name';
    -- Before the chat exists: it takes the blocks over when it is created.
    INSERT INTO user_blocks ("userId", "blockedId") VALUES (enemy_id, user_id);
    IF as_role = 'blocked' THEN INSERT INTO user_blocks ("userId", "blockedId") VALUES (other_id, user_id); END IF;
    IF as_role = 'blocker' THEN INSERT INTO user_blocks ("userId", "blockedId") VALUES (user_id, other_id); END IF;
    chat_id := CASE
      WHEN outside THEN matrix_direct_chat(third_id, other_id)
      WHEN as_role IN ('blocked', 'blocker') THEN matrix_direct_chat(user_id, other_id)
      ELSE matrix_group(as_role, user_id, other_id, ids[6]) END;
    group_id := CASE WHEN outside THEN matrix_group('stranger', user_id, other_id, ids[7]) ELSE chat_id END;

    INSERT INTO messages ("chatId", seq, version, "senderId", content) VALUES (chat_id, 1, 2, other_id, 'words')
      RETURNING id INTO message_id;
    own_id := message_id;
    IF within THEN
      INSERT INTO messages ("chatId", seq, version, "senderId", content, metadata)
        VALUES (chat_id, 2, 3, user_id, 'words', '{"streaming": true}') RETURNING id INTO own_id;
      INSERT INTO message_streams ("userId", key, "messageId", "chatId", "endsAt")
        VALUES (user_id, 'a key', own_id, chat_id, now() + interval '1 hour');
    END IF;
    UPDATE chats SET "lastSeq" = 1 + within::int, version = 2 + within::int WHERE id = chat_id;
    -- The user is removed after they have written.
    IF as_role IN ('removed', 'banned') THEN
      DELETE FROM chat_members WHERE "chatId" = chat_id AND "userId" = user_id;
      UPDATE chats SET "membersVersion" = "membersVersion" + 1 WHERE id = chat_id;
    END IF;
    INSERT INTO message_reports ("messageId", "reporterId", "chatId", seq, content, edits, "sentAt")
      VALUES (message_id, other_id, chat_id, 1, 'words', '[]', now()) RETURNING id INTO report_id;

    PERFORM matrix_direct_chat(user_id, friend_id);
    invited_to_id := matrix_group('stranger', user_id, other_id, ids[8]);
    INSERT INTO chat_invitations ("chatId", "userId", "invitedBy", withheld) VALUES (invited_to_id, user_id, other_id, false);
    IF as_role = 'invited' THEN
      INSERT INTO chat_invitations ("chatId", "userId", "invitedBy", withheld) VALUES (chat_id, user_id, other_id, false);
    END IF;
    public_id := matrix_group('stranger', user_id, other_id, ids[9]);
    UPDATE chats SET visibility = 'public' WHERE id = public_id;
    IF as_role = 'banned' THEN
      INSERT INTO chat_restrictions ("chatId", "userId", "bannedAt")
        SELECT unnest(ARRAY[chat_id, invited_to_id, public_id]), user_id, now();
    END IF;
    INSERT INTO chat_invites ("chatId", "codeHash") VALUES (invited_to_id, sha256(convert_to(code, 'UTF8')))
      RETURNING id INTO invite_id;
    INSERT INTO erasures ("userId", messages, step, "doneAt") VALUES (ids[10], 'keep', 'rows', now())
      RETURNING id INTO erasure_id;
    -- There may be 50 of them: those of scenes that are long over make room.
    DELETE FROM webhooks WHERE id <= (SELECT max(id) - 30 FROM webhooks);
    INSERT INTO webhooks (url, events, secrets) VALUES ('http://127.0.0.1:1/', '{*}', '[]') RETURNING id INTO webhook_id;

    RETURN json_build_object('userId', user_id, 'otherId', other_id, 'thirdId', third_id, 'friendId', friend_id,
      'enemyId', enemy_id, 'chatId', chat_id, 'groupId', group_id, 'invitedToId', invited_to_id, 'publicId', public_id,
      'messageId', message_id, 'ownId', own_id, 'reportId', report_id, 'inviteId', invite_id, 'erasureId', erasure_id,
      'webhookId', webhook_id);
  END $$`;

/** How many users a scene has, and the one who was erased. */
const PEOPLE = 10;

/** In whose databases the functions are. */
const prepared = new WeakMap<World, Promise<unknown>>();

/** Creates a separate chat in which a user has the role, so that other cells do not change it. */
export async function sceneOf(world: World, role: Role): Promise<Scene> {
  if (!prepared.has(world)) prepared.set(world, world.sql(FUNCTIONS));
  await prepared.get(world);
  const code = randomBytes(18).toString('base64url');
  const [row] = await world.sql<{ scene: Omit<Scene, 'code'> }>('SELECT matrix_scene($1, $2, $3) AS scene', [
    role,
    Array.from({ length: PEOPLE }, () => world.newId()),
    code,
  ]);
  return { ...row!.scene, code };
}
