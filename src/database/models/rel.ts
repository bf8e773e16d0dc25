/**
 * The type of an association's other side. Without it, decorator metadata refers to the class itself, and models that
 * refer to each other fail to load under ESM ("Cannot access 'User' before initialization").
 */
export type Rel<T> = T;
