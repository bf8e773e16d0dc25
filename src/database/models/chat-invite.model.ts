import { Column, DataType, Model, Table } from 'sequelize-typescript';
import { type CellsOf, columnsOf, type RowOf } from '../columns.js';

/** An invitation to a group by link: who has the code may join. */
@Table({ tableName: 'chat_invites', updatedAt: false })
export class ChatInvite extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare chatId: number;

  /** SHA-256 of the code. */
  @Column(DataType.BLOB)
  declare codeHash: Buffer;

  /** null: the application, or somebody who is gone. */
  @Column(DataType.BIGINT)
  declare createdBy: number | null;

  @Column(DataType.DATE(3))
  declare createdAt: Date;

  /** null: never. */
  @Column(DataType.DATE(3))
  declare expiresAt: Date | null;

  /** null: any number. */
  @Column(DataType.INTEGER)
  declare maxUses: number | null;

  /** How many have joined by it. */
  @Column(DataType.INTEGER)
  declare uses: number;
}

/** The columns that the admins of the group see. */
export const inviteColumns = columnsOf(
  ChatInvite,
  'id',
  'chatId',
  'createdBy',
  'createdAt',
  'expiresAt',
  'maxUses',
  'uses',
);

export type InviteRow = RowOf<typeof inviteColumns>;

export const inviteRow = ([id, chatId, createdBy, createdAt, expiresAt, maxUses, uses]: CellsOf<
  typeof inviteColumns
>): InviteRow => ({
  id,
  chatId,
  createdBy,
  createdAt,
  expiresAt,
  maxUses,
  uses,
});
