import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** The erasure of a person: how far it is, and what was done. */
@Table({ tableName: 'erasures', timestamps: false })
export class Erasure extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare userId: number;

  /** What happens to their messages: emptied, or kept without a name. */
  @Column(DataType.TEXT)
  declare messages: 'erase' | 'keep';

  /** The step under way. */
  @Column(DataType.TEXT)
  declare step: string;

  /** Where in the step the next part begins; null: at its start. */
  @Column(DataType.TEXT)
  declare cursor: string | null;

  /** What was done, by name. */
  @Column(DataType.JSONB)
  declare counts: Record<string, number>;

  /** SHA-256 of the subject of the user's tokens, for as long as those may still be presented. */
  @Column(DataType.BLOB)
  declare subjectHash: Buffer | null;

  /** The node that works on it, and until when no other one may. */
  @Column(DataType.UUID)
  declare leasedBy: string | null;

  @Column(DataType.DATE(3))
  declare leasedUntil: Date | null;

  @Column(DataType.DATE(3))
  declare requestedAt: Date;

  @Column(DataType.DATE(3))
  declare doneAt: Date | null;
}
