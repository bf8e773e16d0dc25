import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A member of a chat whose profile has changed since they joined. A trigger of `users` writes it. */
@Table({ tableName: 'profile_changes', timestamps: false })
export class ProfileChange extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** When it last changed. */
  @Column(DataType.DATE(3))
  declare at: Date;
}
