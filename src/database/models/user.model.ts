import { Column, CreatedAt, DataType, Model, Table, UpdatedAt } from 'sequelize-typescript';
import { type CellsOf, columnsOf, type RowOf } from '../columns.js';

/** A user. Open mode creates the row when an id is first used. */
@Table({ tableName: 'users' })
export class User extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  /** The application's own id of this user. */
  @Column(DataType.TEXT)
  declare externalId: string | null;

  @Column(DataType.TEXT)
  declare name: string | null;

  @Column(DataType.TEXT)
  declare avatarUrl: string | null;

  @Column(DataType.JSONB)
  declare metadata: Record<string, unknown>;

  @Column(DataType.DATE(3))
  declare lastSeenAt: Date | null;

  /** The name whose words are in `user_name_words`. */
  @Column(DataType.TEXT)
  declare wordsOf: string | null;

  /** The user looks offline to all others. */
  @Column(DataType.BOOLEAN)
  declare invisible: boolean;

  /** Who may add the user to a group without asking; null: as the server is configured. */
  @Column(DataType.TEXT)
  declare groupAdds: 'everybody' | 'contacts' | 'invited' | null;

  /** Whether the application has deactivated the user; `deactivations` says until when and why. */
  @Column({ type: DataType.BOOLEAN, defaultValue: false })
  declare deactivated: boolean;

  /** Who created the row, and with which key, if one was sent. */
  @Column(DataType.TEXT)
  declare creationKey: string | null;

  /** Since when nothing is known of the user but the id. */
  @Column(DataType.DATE(3))
  declare erasedAt: Date | null;

  @CreatedAt
  declare createdAt: Date;

  @UpdatedAt
  declare updatedAt: Date;
}

/** The columns that views of a user show. */
export const userColumns = columnsOf(
  User,
  'id',
  'externalId',
  'name',
  'avatarUrl',
  'metadata',
  'lastSeenAt',
  'createdAt',
  'deactivated',
);

export type UserRow = RowOf<typeof userColumns>;

export type UserCells = CellsOf<typeof userColumns>;

export const userRow = ([
  id,
  externalId,
  name,
  avatarUrl,
  metadata,
  lastSeenAt,
  createdAt,
  deactivated,
]: UserCells): UserRow => ({
  id,
  externalId,
  name,
  avatarUrl,
  metadata,
  lastSeenAt,
  createdAt,
  deactivated,
});
