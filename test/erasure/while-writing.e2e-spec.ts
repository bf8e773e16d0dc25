import { bearer, mint, newApiKey, newName, ownAccounts } from '../support/accounts.js';
import { finished, rowsWith, tracesOf } from '../support/erasures.js';
import { World } from '../support/world.js';

jest.setTimeout(60_000);

/** Two nodes that hear of each other by the database only: the second learns of an erasure some moments later. */
describe('A person who goes on writing at another node while they are erased', () => {
  const key = newApiKey();
  const variables = { ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody' };
  let first: World;
  let second: World;
  beforeAll(async () => {
    first = await World.start(variables);
    second = await World.start({ ...variables, DATABASE_URL: first.config.database.url! });
  });
  afterAll(async () => {
    await second.stop();
    await first.stop();
  });

  const erase = async (userId: number) => {
    const { body } = await first.http
      .delete(`/users/${userId}?messages=erase`)
      .set('X-Api-Key', key)
      .expect(200);
    return finished(first, (body as { id: number }).id, { 'X-Api-Key': key });
  };

  it('leaves nothing of what was taken from them meanwhile', async () => {
    const [person, other] = await Promise.all([mint(first, key), mint(first, key)]);
    const client = await second.bearer(person.userId, person.accessToken);
    const { id: chatId } = await client.ok<{ id: number }>('createGroup', {
      title: 'a group',
      memberIds: [other.userId],
    });
    const word = `word${newName().replaceAll(/\W/g, '')}`;
    let taken = 0;
    let goesOn = true;
    const flood = async () => {
      for (let nr = 0; goesOn && client.socket.connected; nr++) {
        const input = { chatId, content: `${word} ${nr}` };
        const asked = nr % 5 === 0 ? ['createGroup', { title: word, memberIds: [] }] : ['sendMessage', input];
        const answer = await client.socket
          .timeout(2_000)
          .emitWithAck(...(asked as [string, object]))
          .catch(() => null);
        if ((answer as { ok?: boolean } | null)?.ok) taken++;
      }
    };
    const floods = Array.from({ length: 4 }, flood);
    while (taken < 20) await new Promise(setImmediate);
    await erase(person.userId);
    goesOn = false;
    await Promise.all(floods);
    expect(await tracesOf(first.config.database.url!, person.userId, [])).toEqual([]);
    const rows = await rowsWith(first.config.database.url!, word);
    expect(rows.filter((row) => !row.startsWith('chats '))).toEqual([]);
    expect(await first.sql('SELECT "chatId" FROM chat_members WHERE "userId" = $1', [person.userId])).toEqual(
      [],
    );
  });

  it('gets no name again, neither by themselves nor by the application', async () => {
    const { userId, accessToken } = await mint(first, key);
    const name = `Zaphodine ${newName()}`;
    let goesOn = true;
    const rename = async () => {
      for (let nr = 0; goesOn; nr++)
        await second.http
          .patch(`/users/${userId}`)
          .set(bearer(accessToken))
          .send({ name: `${name} ${nr}` });
    };
    const renaming = rename();
    await erase(userId);
    goesOn = false;
    await renaming;
    const { body } = await first.http
      .patch(`/users/${userId}`)
      .set('X-Api-Key', key)
      .send({ name })
      .expect(404);
    expect(body).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(await first.sql('SELECT name FROM users WHERE id = $1', [userId])).toEqual([{ name: null }]);
    expect(await first.sql('SELECT word FROM user_name_words WHERE "userId" = $1', [userId])).toEqual([]);
  });
});
