/** A public function as the test of wrong values takes it: with arguments that are right. */

/** Whatever may be called. */
type Callable = (...given: never[]) => unknown;

export interface Case {
  /** What it is called on, made anew for each call; nothing of a function. */
  readonly on: () => unknown;
  /** The call itself. */
  readonly call: (on: unknown, given: readonly unknown[]) => unknown;
  /** Right arguments, made anew for each call. */
  readonly args: () => readonly unknown[];
  /** How many of them, the first ones, may not be left out. */
  readonly required: number;
  /**
   * Names of values of another kind that an argument takes, too, by the argument's index; "all" of one that takes whatever it
   * is given.
   */
  readonly takes: Readonly<Record<number, readonly string[] | "all">>;
}

export type Cases = Readonly<Record<string, Case>>;

/** What is right, and what else is taken. */
interface Rest {
  readonly optional?: () => readonly unknown[];
  readonly takes?: Case["takes"];
}

/** A function. */
export function call(
  run: Callable,
  args: () => readonly unknown[],
  { optional = () => [], takes = {} }: Rest = {},
): Case {
  return {
    on: () => undefined,
    call: (_, given) => run(...(given as never[])),
    args: () => [...args(), ...optional()],
    required: args().length,
    takes,
  };
}

/** A constructor. */
export function make(Class: new (...given: never[]) => unknown, args: () => readonly unknown[], rest?: Rest): Case {
  return call((...given) => new Class(...given), args, rest);
}

/** A method of an object that is made before the memory in use is read. */
export function method(on: () => unknown, name: string, args: () => readonly unknown[] = () => [], rest?: Rest): Case {
  return {
    ...call(() => undefined, args, rest),
    on,
    call: (own, given) => ((own as Record<string, Callable>)[name] as Callable).apply(own, given as never[]),
  };
}

/** A property that can be set. */
export function setter(on: () => unknown, name: string, value: () => unknown, takes?: Case["takes"]): Case {
  return {
    ...call(
      () => undefined,
      () => [value()],
      takes && { takes },
    ),
    on,
    call: (own, [given]) => {
      (own as Record<string, unknown>)[name] = given;
    },
  };
}

/** Options of one function. */
export interface OptionsCases {
  readonly cases: Cases;
  /** The names of all of them, for the check that there are no others. */
  readonly names: readonly string[];
  /** Gives it options. */
  readonly give: (options: object) => unknown;
}

/** An option's right value; what it needs beside it; what else it takes. */
export interface Option {
  readonly value: () => unknown;
  readonly required?: boolean;
  readonly beside?: () => object;
  readonly takes?: readonly string[];
}

/** Each option by itself, beside those that are required. */
export function options<T>(
  what: string,
  give: (options: T, on: unknown) => unknown,
  all: Readonly<Record<string, Option | (() => unknown)>>,
  on: () => unknown = () => undefined,
): OptionsCases {
  const entries = Object.entries(all).map(
    ([name, option]) => [name, typeof option === "function" ? { value: option } : option] as const,
  );
  const others = (name: string) =>
    Object.fromEntries(
      entries
        .filter(([other, { required }]) => required && other !== name)
        .map(([other, { value }]) => [other, value()]),
    );
  const cases = entries.map(([name, { value, required, beside = () => ({}), takes = [] }]): [string, Case] => [
    `${what}: ${name}`,
    {
      on,
      call: (own, [given]) => give({ ...others(name), ...beside(), [name]: given } as T, own),
      args: () => [value()],
      required: required ? 1 : 0,
      takes: { 0: takes },
    },
  ]);
  return { cases: Object.fromEntries(cases), names: Object.keys(all), give: (given) => give(given as T, on()) };
}
