import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Up to which message webhooks were told that a member has not read it, until they read it. */
@Table({ tableName: 'due_notifications', timestamps: false })
export class DueNotification extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column(DataType.BIGINT)
  declare seq: number;

  @Column(DataType.BIGINT)
  declare messageId: number;

  /** When it is looked at again, because the member was active; null: webhooks were told. */
  @Column(DataType.DATE(3))
  declare againAt: Date | null;

  @Column(DataType.DATE(3))
  declare at: Date;
}
