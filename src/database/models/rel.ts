/**
 * The type of an association's other side. Decorator metadata would name the class itself, and models that
 * name each other fail at load under ESM ("Cannot access 'User' before initialization").
 */
export type Rel<T> = T;
