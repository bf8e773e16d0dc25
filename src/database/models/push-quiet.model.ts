import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Somebody who was not pushed something because they wanted quiet: what is still unread then is pushed at its end. */
@Table({ tableName: 'push_quiet', timestamps: false })
export class PushQuiet extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.DATE(3))
  declare until: Date;
}
