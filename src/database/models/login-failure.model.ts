import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Failed logins of a name from a network, or of a name from all networks that are new to it. */
@Table({ tableName: 'login_failures', timestamps: false })
export class LoginFailure extends Model {
  /** HMAC of the name and network: the table shows no names, and names that do not exist look like the others. */
  @Column({ type: DataType.BLOB, primaryKey: true })
  declare key: Buffer;

  @Column(DataType.INTEGER)
  declare failures: number;

  /** This many failures cause no pause. */
  @Column(DataType.INTEGER)
  declare free: number;

  /** Until then every further attempt is refused. */
  @Column(DataType.DATE(3))
  declare nextAt: Date;

  @Column(DataType.DATE(3))
  declare failedAt: Date;
}
