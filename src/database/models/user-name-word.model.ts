import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A word of a user's name, without case and accents. */
@Table({ tableName: 'user_name_words', timestamps: false })
export class UserNameWord extends Model {
  @Column({ type: DataType.TEXT, primaryKey: true })
  declare word: string;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;
}
