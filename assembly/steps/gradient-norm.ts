// The sum of squares, for the norm of a gradient.

import { lineBegin, partBegin } from "../runtime/parts";
import { runParts, Team } from "../runtime/threads";
import { PROGRESS, WORDS_BYTES } from "../runtime/workspace";

/** How many runs of elements are summed separately, for any number of threads. Their sums are then added in order. */
const RUNS: i32 = 64;

@unmanaged
class Norm { n: i32; x: usize; }

/** Σ x[i]² of n floats, in double precision. The first workspace holds the runs' sums. */
export function sumOfSquares(n: i32, x: usize, team: Team): f64 {
  const job = changetype<Norm>(team.job);
  job.n = n;
  job.x = x;
  runParts(team, sumOfSquaresPart, 8.0 * n);
  const sums = team.workspace(0) + WORDS_BYTES;
  let total: f64 = 0;
  for (let run = 0; run < RUNS; ++run) total += load<f64>(sums + (<usize>run << 3));
  return total;
}

function sumOfSquaresPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<Norm>(team.job);
  const sums = team.workspace(0) + WORDS_BYTES;
  const end = partBegin(RUNS, part + 1, parts);
  for (let run = partBegin(RUNS, part, parts); run < end; ++run) {
    store<i32>(team.workspace(thread), run, PROGRESS);
    store<f64>(sums + (<usize>run << 3), sumRun(job.x + lineBegin(job.n, run, RUNS), job.x + lineBegin(job.n, run + 1, RUNS)));
  }
}

/** Four chains of two lanes each. The squares are exact: they have 48 bits. */
function sumRun(x: usize, end: usize): f64 {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; x + 32 <= end; x += 32) {
    s0 = addSquares(s0, v128.load64_zero(x));
    s1 = addSquares(s1, v128.load64_zero(x, 8));
    s2 = addSquares(s2, v128.load64_zero(x, 16));
    s3 = addSquares(s3, v128.load64_zero(x, 24));
  }
  for (; x < end; x += 4) s0 = addSquares(s0, v128.load32_zero(x));
  const sum = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

@inline
function addSquares(sum: v128, floats: v128): v128 {
  const values = f64x2.promote_low_f32x4(floats);
  return f64x2.add(sum, f64x2.mul(values, values));
}
