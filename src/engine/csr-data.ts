/** A sparse matrix as a caller gives it: the three arrays of compressed-row form, and their check. */

import { checkList, checkNumberList } from "../checks/check-list.js";
import { checkOptions, checkRecord, describe, type OptionNames } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";

const { isInteger } = Number;

/** The parts of a sparse matrix in compressed-row form, as SciPy's csr_matrix and others name them. */
export interface CsrData {
  /** Where each row's elements begin, and where the last row's end: rows + 1 integers. */
  readonly indptr: ArrayLike<number>;
  /** Each element's column, ascending within a row. */
  readonly indices: ArrayLike<number>;
  /** Each element's value. */
  readonly values: ArrayLike<number>;
}

const PARTS: OptionNames<CsrData> = { indptr: true, indices: true, values: true };

/** @throws as `CsrMatrix.from` */
export function checkCsr(rows: number, columns: number, data: CsrData): void {
  checkRecord("csr", data, "an object with indptr, indices and values");
  checkOptions("csr: parts", data, PARTS);
  const { indptr, indices, values } = data;
  checkList("indptr", indptr, "a list of integers");
  checkList("indices", indices, "a list of integers");
  checkNumberList("values", values);
  if (indptr.length !== rows + 1) {
    throw new ShapeError(`indptr: expected ${rows + 1} values for ${rows} rows, got ${indptr.length}`);
  }
  if (indices.length !== values.length) {
    throw new ShapeError(`indices: expected one for each of the ${values.length} values, got ${indices.length}`);
  }
  for (let row = 0; row <= rows; ++row) {
    const bound = indptr[row] as number;
    const least = row === 0 ? 0 : (indptr[row - 1] as number);
    const most = row === 0 ? 0 : values.length;
    if (!isInteger(bound) || bound < least || bound > most || (row === rows && bound !== values.length)) {
      const expected = row === rows ? `the number of values, ${values.length}` : `an integer from ${least} to ${most}`;
      throw new RangeError(`indptr[${row}]: expected ${expected}, got ${describe(bound)}`);
    }
  }
  for (let row = 0; row < rows; ++row) {
    let least = 0;
    for (let element = indptr[row] as number; element < (indptr[row + 1] as number); ++element) {
      const column = indices[element] as number;
      if (!isInteger(column) || column < least || column >= columns) {
        throw new RangeError(
          `row ${row}, element ${element}: expected an ascending column from ${least} to ${columns - 1}, got ${describe(column)}`,
        );
      }
      least = column + 1;
    }
  }
}
