import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** An invitation of a user to a group. */
@Table({ tableName: 'chat_invitations', updatedAt: false })
export class ChatInvitation extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.BIGINT)
  declare invitedBy: number;

  /** The invited user does not learn of it. */
  @Column(DataType.BOOLEAN)
  declare withheld: boolean;

  @Column(DataType.DATE(3))
  declare createdAt: Date;
}
