import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A deleted chat whose messages have not been removed yet. */
@Table({ tableName: 'chat_purges', updatedAt: false })
export class OpenPurge extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column(DataType.DATE(3))
  declare createdAt: Date;
}
