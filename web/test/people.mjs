/** A world for looking at: people, chats and texts of the kinds that a page has to bear. */
export async function furnish(node) {
  const call = async (method, path, body, as) => {
    const response = await fetch(new URL(path, node), {
      method,
      headers: {
        host: 'localhost',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(as === undefined ? {} : { 'x-user-id': String(as) }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const person = async (name) => (await call('POST', '/users', { name })).id;
  const [alice, bob, carol, dave, layla, maxi] = [
    await person('Alice Ahmadi'),
    await person('Bob Brandt'),
    await person('Carol Costa'),
    await person('Dave Dlamini'),
    await person('ليلى الحسن'),
    await person(
      'Maximiliane Donaudampfschifffahrtsgesellschaftskapitänswitwe von und zu Hohenlohe-Langenburg',
    ),
  ];
  const others = [];
  for (const name of [
    'Erin Eklund',
    'Farid Faraj',
    'Grete Grün',
    'Hiro Hayashi',
    'Ines Iglesias',
    'Jonas Jensen',
  ])
    others.push(await person(name));
  const say = (chat, who, content, more = {}) =>
    call('POST', `/chats/${chat}/messages`, { content, ...more }, who);
  const direct = async (one, other) =>
    (await call('POST', '/chats', { user1Id: one, user2Id: other }, one)).id;
  const group = async (title, owner, ids) =>
    (await call('POST', '/chats', { title, memberIds: ids }, owner)).id;
  const react = (message, who, emoji) =>
    call('PUT', `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`, {}, who);

  // Groups with rules, of each kind: the oldest chats of the list.
  const house = await group('Hausgemeinschaft Donaudampfschifffahrtsstraße — حي النهر', alice, [
    bob,
    carol,
    layla,
    maxi,
    others[0],
    others[1],
  ]);
  const bins = await say(house, alice, 'Bins are collectd on Monday.');
  await call('PATCH', `/messages/${bins.id}`, { content: 'Bins are collected on Monday.' }, alice);
  await call('PATCH', `/messages/${bins.id}`, { content: 'Bins are collected on *Tuesday*.' }, alice);
  for (const who of [bob, layla]) await call('POST', `/chats/${house}/seen`, {}, who);
  await call('PATCH', `/chats/${house}`, { slowModeSeconds: 30, visibility: 'public' }, alice);
  await call('PUT', `/chats/${house}/members/${maxi}/silence`, { until: '2030-05-01T10:00:00.000Z' }, alice);
  const spam = 'Werbung in jedem zweiten Beitrag, trotz dreier Ermahnungen durch die Hausverwaltung';
  await call('PUT', `/chats/${house}/banned/${others[0]}`, { reason: spam }, alice);
  await call('PUT', `/chats/${house}/banned/${others[1]}`, {}, alice);
  await call('POST', `/chats/${house}/invites`, { maxUses: 25 }, alice);
  const nextYear = { expiresAt: '2030-12-24T18:00:00.000Z' };
  await call('POST', `/chats/${house}/invites`, nextYear, alice);
  const news = await group('Announcements', bob, [alice, carol]);
  await say(news, bob, 'The office is closed on Friday. Everybody gets well by Monday!');
  await call('PATCH', `/chats/${news}`, { sending: 'admins', visibility: 'public' }, bob);
  const market = await group('Flohmarkt', bob, [alice, carol, dave]);
  await call('PATCH', `/chats/${market}`, { slowModeSeconds: 21_600 }, bob);
  await say(market, alice, 'A bicycle pump, hardly used.');
  const hikers = 'Wandern in den Alpen: Tourenberichte, Hüttenbewertungen und Mitfahrgelegenheiten';
  for (const title of [hikers, 'نادي القراءة'])
    await call('POST', '/chats', { title, memberIds: others, visibility: 'public' }, bob);
  const club = await group('Lesekreis — نادي القراءة', bob, others);
  const { code } = await call('POST', `/chats/${club}/invites`, nextYear, bob);

  const withDave = await direct(dave, alice);
  await say(withDave, dave, 'Do you still have my bicycle pump?');
  const withCarol = await direct(carol, alice);
  await say(withCarol, carol, 'Thank you for the photos!');
  await say(withCarol, alice, 'The one by the lake is my favourite.');
  const wrong = await say(withCarol, carol, 'Oops, wrong chat');
  await call('DELETE', `/messages/${wrong.id}`, { for: 'everyone' }, carol);
  const withMaxi = await direct(maxi, alice);
  await say(
    withMaxi,
    maxi,
    'Sehr geehrte Frau Ahmadi, anbei die Unterlagen zur Rechtsschutzversicherungsgesellschaft.',
  );
  const withLayla = await direct(layla, alice);
  await say(withLayla, layla, 'مرحباً! كيف حالك اليوم؟');
  await say(withLayla, alice, 'Gut, danke! Und dir? Die Straßenbahn fährt wieder.');
  await say(withLayla, layla, 'الحمد لله، كل شيء على ما يرام. نلتقي عند محطة *Hauptbahnhof* الساعة 8:12؟');
  await say(withLayla, alice, 'Abgemacht. Bis Samstag!');
  await say(withLayla, layla, '👍');

  const team = await group('Product team', bob, [alice, carol, dave, layla, maxi, ...others]);
  await say(
    team,
    bob,
    'Welcome, all twelve of you! The plan for this week:\n> Ship the new start page\n> Fix what the beta found',
  );
  await say(team, others[0], 'I can take the start page.');
  await say(
    team,
    others[1],
    'Log of the failing build:\n```\nTypeError: cannot read properties of undefined\n    at render (page.tsx:42)\n```',
  );
  await say(
    team,
    carol,
    `@Alice Ahmadi could you look at \`page.tsx\`? The story is at https://example.org/tickets/1284?view=board`,
    {
      metadata: { mentions: [alice] },
    },
  );

  const hike = await group('Weekend hike 🏔️', alice, [bob, carol, dave]);
  const question = await say(hike, alice, 'Who comes along on Saturday? The forecast is *good*.');
  const when = await say(hike, bob, 'I do! When does the train leave?');
  await say(hike, alice, '8:12 from the main station. Platform 4.', { replyToId: when.id });
  await say(hike, alice, 'Tickets are on me ☺️');
  await say(hike, carol, 'That is early ☕');
  const view = await say(
    hike,
    dave,
    'The view is worth it. Last year we saw all the way to the lake from up there, and there was nobody but us.',
  );
  await react(question, bob, '👍');
  await react(question, carol, '👍');
  await react(question, dave, '🎉');
  await react(view, alice, '❤️');
  for (const who of [bob, carol]) await call('POST', `/chats/${hike}/seen`, {}, who);

  const withBob = await direct(alice, bob);
  await say(withBob, alice, 'Hi Bob, did you get the map?');
  await say(withBob, bob, 'Yes! Shall I bring it?');
  const ask = await say(withBob, alice, 'Yes please, and the thermos.');
  await react(ask, bob, '👌');
  await call('POST', `/chats/${withBob}/seen`, {}, bob);
  await say(withBob, bob, 'Done. See you on Saturday!');
  await say(withBob, bob, 'Oh, and *one more thing*: the hut closes at six.', {});
  await call('PATCH', `/chats/${hike}/membership`, { pinned: true }, alice);
  await call('PATCH', `/chats/${withMaxi}/membership`, { mutedUntil: '2030-01-01T00:00:00.000Z' }, alice);
  return {
    call,
    say,
    alice,
    bob,
    carol,
    dave,
    layla,
    maxi,
    others,
    hike,
    team,
    house,
    news,
    market,
    code,
    withBob,
    withCarol,
    withLayla,
    withMaxi,
    withDave,
    direct,
    group,
    person,
  };
}
