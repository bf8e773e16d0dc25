import type { Person, Scene } from '../subjects/scene.js';

export interface ManyChats extends Person {
  /** The people with whom there is a direct chat. */
  others: number[];
  chatIds: number[];
}

/** An account with so many direct chats, in each of which the other side has written. */
export async function manyChats(scene: Scene, count: number): Promise<ManyChats> {
  const person = await scene.person();
  const others = await scene.people(count);
  const chatIds = await scene.all(others, async (other) => {
    const chatId = await scene.directChat(other, person.id);
    await scene.say(other, chatId, 'hello');
    return chatId;
  });
  return { ...person, others, chatIds };
}
