import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** One of the latest logins of a user, or an attempt at one. */
@Table({ tableName: 'logins', timestamps: false })
export class Login extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare userId: number;

  @Column(DataType.BOOLEAN)
  declare ok: boolean;

  /** Not the whole address. */
  @Column(DataType.TEXT)
  declare network: string;

  @Column(DataType.TEXT)
  declare userAgent: string | null;

  @Column(DataType.DATE(3))
  declare at: Date;
}
