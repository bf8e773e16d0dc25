import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A word of the title of a public group; the empty word: the group itself. */
@Table({ tableName: 'public_group_words', timestamps: false })
export class PublicGroupWord extends Model {
  @Column({ type: DataType.TEXT, primaryKey: true })
  declare word: string;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;
}
