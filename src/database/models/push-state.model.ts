import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Up to which message a member was pushed, until they read it. */
@Table({ tableName: 'push_states', timestamps: false })
export class PushState extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column(DataType.BIGINT)
  declare pushedSeq: number;

  @Column(DataType.DATE(3))
  declare at: Date;
}
