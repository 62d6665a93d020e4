import type { ParameterSpec } from "./parameter_spec.ts";
import type { AnyTensor } from "./tensors.ts";

/** Reads a parameter's value as it is; a new tensor that outlives the reader's scopes. */
export type Lender = () => AnyTensor;

/** A parameter: its tensor, or where its value is while another owner holds it. */
export class ParameterEntry {
  #tensor: AnyTensor | undefined;
  #lender: Lender | undefined;

  /** An entry that stands. */
  constructor(readonly spec: ParameterSpec, tensor: AnyTensor) {
    this.#tensor = tensor;
  }

  /** The value; asked of the lender where it is lent. Setting it ends a loan. */
  get tensor(): AnyTensor {
    return this.#tensor ??= this.#lender!();
  }

  set tensor(tensor: AnyTensor) {
    this.#tensor = tensor;
    this.#lender = undefined;
  }

  /** The tensor, if it stands here. */
  get standing(): AnyTensor | undefined {
    return this.#tensor;
  }

  /** Where the value is, if not here. */
  get lender(): Lender | undefined {
    return this.#lender;
  }

  /** Frees the tensor; the value is the lender's. */
  lend(lender: Lender): void {
    this.#tensor?.dispose();
    this.#tensor = undefined;
    this.#lender = lender;
  }

  /** Shows what the lender reads now until the returned function is called. */
  readAnew(): () => void {
    const before = this.#tensor;
    this.#tensor = this.#lender!();
    return () => {
      this.#tensor?.dispose();
      this.#tensor = before;
    };
  }
}
