import { Injectable } from '@nestjs/common';
import type { Actor } from '../../commands/identity/actor.js';
import type { CommandInput } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import { aboutEdit } from '../../hooks/about.queries.js';
import { SendHooks } from '../../hooks/send-hooks.js';

type Edit = Omit<CommandInput<'editMessage'>, 'messageId'>;

/** Edits about which somebody is asked first. */
@Injectable()
export class AskedEdits {
  constructor(
    private readonly database: Database,
    private readonly hooks: SendHooks,
  ) {}

  /**
   * The edit as it may be made. Of what is not the user's own nothing is asked: the edit itself refuses it.
   *
   * @throws AppError REFUSED_BY_APPLICATION, UNAVAILABLE
   */
  async editOf(actor: Actor, messageId: number, edit: Edit): Promise<Edit> {
    const { userId } = actor;
    if (!this.hooks.on || userId === null || !this.hooks.asksAbout(actor)) return edit;
    const about = await aboutEdit(this.database, { messageId, userId });
    if (!about || !this.hooks.concerns(about.context)) return edit;
    const { message, context } = about;
    const { content = message.content, metadata = message.metadata ?? {} } = edit;
    const wanted = {
      ...message,
      content,
      metadata: Object.keys(metadata).length === 0 ? null : metadata,
    };
    const asked = await this.hooks.ask(context.chat!.id, wanted, context);
    return asked === wanted ? edit : { ...edit, content: asked.content, metadata: { ...asked.metadata } };
  }
}
