/** What a pickle can hold once it is read: plain data and tensors, no code. */
import type { Allowance } from './allowance';
import type { TorchStorage, TorchTensor } from './torch-tensor';

export type PickleKey = null | boolean | number | bigint | string;

/** dict and OrderedDict, in order. */
export type PickleDict = Map<PickleKey, PickleValue>;

/** A value; lists and tuples are arrays. Values may be shared and may even contain themselves: never walk blindly. */
export type PickleValue =
  | PickleKey
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | TorchTensor
  | TorchStorage
  | AllowedGlobal
  | InertObject
  | NumpyDtype;

/** Where a pickle is read from. */
export interface PickleHost {
  readonly source: string;
  readonly allowance: Allowance;
  /** resolves a persistent id */
  loadStorage(id: PickleValue): TorchStorage;
}

/** A name of the allow-list: a marker, with our own stand-in for what Python would call. */
export class AllowedGlobal {
  constructor(
    /** `module name` */
    readonly name: string,
    readonly call: ((args: readonly PickleValue[], host: PickleHost) => PickleValue) | null,
  ) {}
}

/** numpy.dtype of a scalar, e.g. `f8`. */
export class NumpyDtype {
  constructor(readonly code: string) {}
}

/**
 * An object of a class that files of this field carry beside their weights (settings, word lists). Its class is a name
 * here, nothing of it is imported or called; its attributes are kept for nobody.
 */
export class InertObject {
  constructor(readonly name: string) {}
}
