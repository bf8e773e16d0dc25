import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import type { CommandInput, PreferencesView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { DEFAULTS, preferencesOf, setPreferences } from './preferences.queries.js';
import { toPreferencesView, toStored } from './preferences.view.js';

/** What somebody wants to be told of. */
@Injectable()
export class PreferencesService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly publisher: Publisher,
  ) {}

  async get(actor: Actor): Promise<PreferencesView> {
    const userId = requireUserId(actor);
    const [row = DEFAULTS] = await preferencesOf(this.database, [userId]);
    return toPreferencesView(userId, row);
  }

  /**
   * Their other devices get `preferencesChanged`.
   *
   * @throws AppError NOT_FOUND for a user who does not exist
   */
  async update(
    actor: Actor,
    { quiet, ...input }: CommandInput<'updatePreferences'>,
  ): Promise<PreferencesView> {
    const userId = requireUserId(actor);
    await this.users.ensure([userId]);
    const change = { ...input, userId, quiet: quiet && toStored(quiet) };
    const view = toPreferencesView(userId, await setPreferences(this.database, change));
    this.publisher.publish('preferencesChanged', view, { users: [userId], except: actor.origin });
    return view;
  }
}
