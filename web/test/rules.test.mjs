import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startWorld, until } from './browser.mjs';

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());
afterEach(() => world.nothingWrong());

const button = (page, name) => page.getByRole('button', { name, exact: true });
const field = (page) => page.locator('.composer textarea');
const say = async (page, text) => {
  await field(page).fill(text);
  await field(page).press('Enter');
};

/** Ann has a group with ben and cleo, and its details open. */
async function group() {
  const { ann, ben, cleo, dan } = await world.server.people('ann', 'ben', 'cleo', 'dan');
  const input = { title: 'Garden', memberIds: [ben.id, cleo.id] };
  const { id } = await world.call('POST', '/chats', input, ann.id);
  const owner = await world.pageOf(ann.id, { hash: `/c/${id}` });
  await button(owner, 'Details').last().click();
  return { ann, ben, cleo, dan, id, owner };
}

test('rules: only admins write, then all of them slowly; a member is silenced, and may write again', async () => {
  const { ann, ben, id, owner } = await group();
  const member = await world.pageOf(ben.id, { hash: `/c/${id}` });
  await field(member).waitFor();
  await button(owner, 'Rules').click();
  await owner.getByLabel('Only admins; others read and react').check();
  await button(owner, 'Save').click();
  await member.getByText('Only admins write here.').waitFor();
  await owner.getByText('3 members · Only admins write').waitFor();

  await button(owner, 'Rules').click();
  await owner.getByLabel('All members', { exact: true }).first().check();
  await owner.getByLabel('Slow mode').selectOption('21600');
  await button(owner, 'Save').click();
  await say(member, 'one');
  await member.getByRole('timer').waitFor();
  await say(member, 'two');
  await say(owner, 'I am free');
  await member.locator('article', { hasText: 'I am free' }).waitFor();
  assert.equal(await member.locator('.row:not(.system)').count(), 2);
  assert.equal(await field(member).inputValue(), 'two');

  await button(owner, 'Actions for ben').click();
  await owner.getByRole('menuitem', { name: 'Silence' }).click();
  await button(owner, 'Silence').click();
  await member.getByText(/An admin has silenced you/).waitFor();
  // Some seconds later nobody says so: the page knows it by itself. Until then the server has to have been asked.
  const silence = { until: new Date(Date.now() + 3_000).toISOString() };
  await world.call('PUT', `/chats/${id}/members/${ben.id}/silence`, silence, ann.id);
  await field(member).waitFor();
  await until('what was written is there', async () => (await field(member).inputValue()) === 'two');
  await owner.context().close();
  await member.context().close();
});

test('a link leads in until it is ended, a ban keeps out until it is lifted, a public group is found', async () => {
  const { cleo, dan, id, owner } = await group();
  await button(owner, 'Invitation links').click();
  await owner.getByLabel('How many may join').selectOption('5');
  await button(owner, 'Make a link').click();
  const link = await owner.getByLabel('Your new link').inputValue();
  const hash = link.slice(link.indexOf('#') + 1);
  assert.match(hash, /^\/join\/[\w-]{24}$/);
  const dans = await world.pageOf(dan.id, { hash });
  await dans.getByText('3 members').waitFor();
  await button(dans, 'Join group').click();
  await field(dans).waitFor();
  await button(owner, 'Close').last().click();
  await owner.getByRole('dialog').waitFor({ state: 'detached' });
  await button(owner, 'Invitation links').click();
  await button(owner, 'End the link: Used 1 of 5 times').click();
  await owner.getByText('There are no active links.').waitFor();
  const cleos = await world.pageOf(cleo.id, { hash });
  await cleos.getByText('This invitation no longer works').waitFor();
  await button(owner, 'Close').last().click();
  await owner.getByRole('dialog').waitFor({ state: 'detached' });

  await button(owner, 'Actions for dan').click();
  await owner.getByRole('menuitem', { name: 'Ban' }).click();
  await owner.getByLabel(/Reason/).fill('weeds');
  await button(owner, 'Ban').click();
  await dans.getByText('Chat not found').waitFor();
  await world.call('PATCH', `/chats/${id}`, { visibility: 'public' }, (await me(owner)).id);
  await button(dans, 'New chat').first().click();
  await button(dans, 'Find public groups').click();
  await dans.getByLabel('Search by title').fill('gard');
  await button(dans, 'Join Garden').click();
  await dans.getByText('You are banned from this group.').waitFor();
  await button(owner, 'Banned people').click();
  await owner.getByText('weeds').waitFor();
  await button(owner, 'Lift ban').click();
  await owner.getByText('Nobody is banned.').waitFor();
  await button(dans, 'Join Garden').click();
  await field(dans).waitFor();
  for (const page of [owner, dans, cleos]) await page.context().close();
});

const me = (page) => page.evaluate(() => ({ id: Number(sessionStorage.getItem('chat:user')) }));

test('what a message said before, and who has seen it', async () => {
  const { ann, ben, id, owner } = await group();
  const { id: message } = await world.call('POST', `/chats/${id}/messages`, { content: 'rain' }, ann.id);
  await world.call('PATCH', `/messages/${message}`, { content: 'sun' }, ann.id);
  await world.call('POST', `/chats/${id}/seen`, {}, ben.id);
  await owner.locator('article', { hasText: 'sun' }).press('Enter');
  await owner.getByRole('menuitem', { name: 'Message details' }).click();
  await owner.locator('.edits li', { hasText: 'rain' }).waitFor();
  await owner.getByRole('region', { name: 'Seen' }).getByText('ben').waitFor();
  await owner.context().close();
});
