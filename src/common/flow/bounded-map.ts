/** A map of bounded size: the oldest entries are forgotten first. */
export class BoundedMap<K, V> implements Iterable<[K, V]> {
  private readonly values = new Map<K, V>();

  /** `forgotten` is called with each entry that is dropped for a new one. */
  constructor(
    private readonly most: number,
    private readonly forgotten: (key: K, value: V) => void = () => undefined,
  ) {}

  get(key: K): V | undefined {
    return this.values.get(key);
  }

  has(key: K): boolean {
    return this.values.has(key);
  }

  /** An existing key keeps its place in the order. */
  set(key: K, value: V): void {
    if (this.values.size >= this.most && !this.values.has(key)) this.forgetOldest();
    this.values.set(key, value);
  }

  delete(key: K): boolean {
    return this.values.delete(key);
  }

  /** The oldest first. */
  [Symbol.iterator](): Iterator<[K, V]> {
    return this.values.entries();
  }

  private forgetOldest(): void {
    for (const [key, value] of this.values) {
      this.values.delete(key);
      this.forgotten(key, value);
      return;
    }
  }
}
