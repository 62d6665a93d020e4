/** Calls of the tfjs ops that the project uses, over shapes (sizes of 0 among them) and dtypes. */
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";

/** A tensor as plain data, so that every backend can make its own. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
  readonly values: readonly number[];
}

/** One call of an op; `toString` names it in a counterexample. */
export interface OpCall {
  readonly text: string;
  readonly operands: readonly Operand[];
  run(...tensors: tf.Tensor[]): tf.Tensor | tf.Tensor[];
}

type Numeric = "float32" | "int32";
type Dims = number[];

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, dim) => n * dim, 1);
}

function valueOf(dtype: Operand["dtype"]): fc.Arbitrary<number> {
  if (dtype === "bool") return fc.integer({ min: 0, max: 1 });
  if (dtype === "int32") return fc.integer({ min: -9, max: 9 });
  return fc.integer({ min: -64, max: 64 }).map((n) => n / 16);
}

/** An operand of that shape with small values, exact in float32. */
function operandOf(shape: readonly number[], dtype: Operand["dtype"]): fc.Arbitrary<Operand> {
  const size = sizeOf(shape);
  const values = fc.array(valueOf(dtype), { minLength: size, maxLength: size });
  return values.map((list) => ({ shape, dtype, values: list }));
}

const dim = fc.integer({ min: 0, max: 4 });
const someDim = fc.integer({ min: 1, max: 4 });

function shapes(minRank: number, maxRank: number): fc.Arbitrary<Dims> {
  return fc.array(dim, { minLength: minRank, maxLength: maxRank });
}

function anyOperand(
  minRank: number,
  maxRank: number,
  ...dtypes: readonly Operand["dtype"][]
): fc.Arbitrary<Operand> {
  return fc.tuple(shapes(minRank, maxRank), fc.constantFrom(...dtypes))
    .chain(([shape, dtype]) => operandOf(shape, dtype));
}

function call(text: string, operands: readonly Operand[], run: OpCall["run"]): OpCall {
  const shown = operands.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(", ");
  return { text: `${text}(${shown})`, operands, run };
}

const FLOAT_UNARY = {
  exp: tf.exp,
  log: (x: tf.Tensor) => tf.log(tf.abs(x)),
  rsqrt: (x: tf.Tensor) => tf.rsqrt(tf.add(tf.abs(x), 0.5)),
  sqrt: (x: tf.Tensor) => tf.sqrt(tf.abs(x)),
  sigmoid: tf.sigmoid,
  step: tf.step,
};
const NUMERIC_UNARY = { abs: tf.abs, neg: tf.neg, relu: tf.relu, square: tf.square };
const ANY_UNARY = {
  clone: tf.clone,
  onesLike: tf.onesLike,
  zerosLike: tf.zerosLike,
  toFloat: (x: tf.Tensor) => tf.cast(x, "float32"),
  toInt: (x: tf.Tensor) => tf.cast(x, "int32"),
  toBool: (x: tf.Tensor) => tf.cast(x, "bool"),
};

function unary(
  functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>>,
  ...dtypes: readonly Operand["dtype"][]
): fc.Arbitrary<OpCall> {
  return fc.tuple(fc.constantFrom(...Object.entries(functions)), anyOperand(0, 4, ...dtypes))
    .map(([[name, f], x]) => call(name, [x], (tensor) => f(tensor!)));
}

/** Two shapes that broadcast: some sizes of one are 1, some leading axes are missing. */
const broadcastShapes = fc.tuple(shapes(0, 4), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), dim)
  .map(([shape, ones, missing]) => {
    const small = shape.map((size, i) => (ones[i] ? 1 : size)).slice(Math.min(missing, shape.length));
    return [shape, small] as const;
  });

const BINARY = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  maximum: tf.maximum,
  minimum: tf.minimum,
  equal: tf.equal,
  notEqual: tf.notEqual,
  greater: tf.greater,
};

const binary = fc.tuple(
  fc.constantFrom(...Object.entries(BINARY)),
  broadcastShapes,
  fc.constantFrom<Numeric>("float32", "int32"),
  fc.boolean(),
).chain(([[name, f], [large, small], dtype, swapped]) => {
  const [a, b] = swapped ? [small, large] : [large, small];
  return fc.tuple(operandOf(a, dtype), operandOf(b, dtype))
    .map((operands) => call(name, operands, (x, y) => f(x!, y!)));
});

const division = broadcastShapes.chain(([a, b]) =>
  fc.tuple(operandOf(a, "float32"), operandOf(b, "float32"))
    .map((operands) => call("div", operands, (x, y) => tf.div(x!, tf.add(tf.abs(y!), 0.5))))
);

const scalarArithmetic = fc.tuple(anyOperand(0, 3, "float32"), fc.integer({ min: -8, max: 8 }))
  .map(([x, n]) => call(`x * ${n / 4} + ${n}`, [x], (tensor) => tf.add(tf.mul(tensor!, n / 4), n)));

const reduction = fc.tuple(
  fc.constantFrom("sum", "mean", "max", "min"),
  fc.array(someDim, { minLength: 1, maxLength: 4 }),
  fc.constantFrom<Numeric>("float32", "int32"),
  fc.boolean(),
  fc.nat(),
).chain(([name, shape, dtype, keepDims, seed]) => {
  const axes = shape.map((_, i) => i).filter((i) => (seed >> i) & 1);
  const reduce = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min }[name]!;
  return operandOf(shape, dtype).map((x) =>
    call(
      `${name} over ${axes.length > 0 ? axes : "all"}, keep ${keepDims}`,
      [x],
      (tensor) => reduce(tensor!, axes.length > 0 ? axes : undefined, keepDims),
    )
  );
});

/** Sums over axes of which some have size 0. */
const emptySum = shapes(1, 4).chain((shape) =>
  operandOf(shape, "float32").map((x) => call("sum over all", [x], (tensor) => tf.sum(tensor!)))
);

const softmaxes = fc.tuple(fc.constantFrom("softmax", "logSoftmax"), shapes(0, 2), someDim)
  .chain(([name, rest, classes]) =>
    operandOf([...rest, classes], "float32").map((x) =>
      call(name, [x], (tensor) => (name === "softmax" ? tf.softmax(tensor!) : tf.logSoftmax(tensor!)))
    )
  );

const argMax = fc.tuple(
  fc.array(someDim, { minLength: 1, maxLength: 4 }),
  fc.constantFrom<Numeric>("float32", "int32"),
)
  .chain(([shape, dtype]) =>
    operandOf(shape, dtype).map((x) => call("argMax over the last", [x], (tensor) => tf.argMax(tensor!, -1)))
  );

const joining = fc.tuple(
  shapes(1, 4),
  fc.nat(),
  dim,
  fc.constantFrom<Operand["dtype"]>("float32", "int32", "bool"),
)
  .chain(([shape, seed, other, dtype]) => {
    const axis = seed % shape.length;
    const second = shape.map((size, i) => (i === axis ? other : size));
    return fc.tuple(operandOf(shape, dtype), operandOf(second, dtype), operandOf(shape, dtype)).map((
      operands,
    ) => call(`concat along ${axis}`, operands, (...tensors) => tf.concat(tensors, axis)));
  });

const stacking = fc.tuple(shapes(0, 3), fc.nat(), fc.constantFrom<Numeric>("float32", "int32"))
  .chain(([shape, seed, dtype]) => {
    const axis = seed % (shape.length + 1);
    return fc.tuple(operandOf(shape, dtype), operandOf(shape, dtype)).map((operands) =>
      call(`stack at ${axis}`, operands, (...tensors) => tf.stack(tensors, axis))
    );
  });

const splitting = fc.tuple(shapes(1, 3), fc.nat(), fc.array(dim, { minLength: 1, maxLength: 3 }))
  .chain(([shape, seed, sizes]) => {
    const axis = seed % shape.length;
    const whole = shape.map((size, i) => (i === axis ? sizes.reduce((a, b) => a + b) : size));
    return operandOf(whole, "float32").map((x) =>
      call(`split into ${sizes} along ${axis}`, [x], (tensor) => tf.split(tensor!, sizes, axis))
    );
  });

const slicing = shapes(1, 4).chain((shape) =>
  fc.tuple(
    fc.tuple(
      ...shape.map((size) => fc.tuple(fc.integer({ min: 0, max: size }), fc.integer({ min: 0, max: size }))),
    ),
    fc.constantFrom<Operand["dtype"]>("float32", "int32", "bool"),
  ).chain(([ends, dtype]) => {
    const begin = ends.map(([a, b]) => Math.min(a, b));
    const size = ends.map(([a, b]) => Math.abs(a - b));
    return operandOf(shape, dtype).map((x) =>
      call(`slice from ${begin} of ${size}`, [x], (tensor) => tf.slice(tensor!, begin, size))
    );
  })
);

const striding = fc.tuple(fc.array(someDim, { minLength: 4, maxLength: 4 }), someDim, someDim)
  .chain(([shape, stride, start]) => {
    const begin = shape.map((size) => Math.min(start - 1, size - 1));
    return operandOf(shape, "float32").map((x) =>
      call(
        `stridedSlice from ${begin} by ${stride}`,
        [x],
        (tensor) => tf.stridedSlice(tensor!, begin, shape, [1, stride, stride, 1]),
      )
    );
  });

const padding = shapes(1, 4).chain((shape) =>
  fc.tuple(fc.tuple(...shape.map(() => fc.tuple(dim, dim))), fc.constantFrom(0, 1.5, -3e38))
    .chain(([sides, value]) =>
      operandOf(shape, "float32").map((x) =>
        call(`pad by ${sides} with ${value}`, [x], (tensor) => tf.pad(tensor!, sides, value))
      )
    )
);

const moving = fc.tuple(shapes(1, 4), fc.nat(), fc.constantFrom<Operand["dtype"]>("float32", "int32"))
  .chain(([shape, seed, dtype]) => {
    const axis = seed % shape.length;
    const order = shape.map((_, i) => (i + seed) % shape.length);
    const repeats = shape.map((_, i) => 1 + ((seed >> i) % 3));
    const functions = {
      [`transpose to ${order}`]: (x: tf.Tensor) => tf.transpose(x, order),
      [`reverse along ${axis}`]: (x: tf.Tensor) => tf.reverse(x, axis),
      [`tile by ${repeats}`]: (x: tf.Tensor) => tf.tile(x, repeats),
      [`expandDims at ${axis}`]: (x: tf.Tensor) => tf.expandDims(x, axis),
      "reshape to one axis": (x: tf.Tensor) => tf.reshape(x, [sizeOf(shape)]),
    };
    return fc.tuple(fc.constantFrom(...Object.entries(functions)), operandOf(shape, dtype))
      .map(([[name, f], x]) => call(name, [x], (tensor) => f(tensor!)));
  });

const gathering = fc.tuple(fc.array(someDim, { minLength: 1, maxLength: 3 }), fc.nat()).chain(
  ([shape, seed]) => {
    const axis = seed % shape.length;
    const indices = fc.array(fc.integer({ min: 0, max: shape[axis]! - 1 }), { maxLength: 5 });
    return fc.tuple(operandOf(shape, "float32"), indices).map(([x, picked]) =>
      call(
        `gather ${picked} along ${axis}`,
        [x],
        (tensor) => tf.gather(tensor!, tf.tensor1d(picked, "int32"), axis),
      )
    );
  },
);

const oneHots = fc.tuple(
  fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 6 }),
  fc.integer({ min: 2, max: 5 }),
)
  .map(([indices, depth]) => {
    const x: Operand = { shape: [indices.length], dtype: "int32", values: indices };
    return call(
      `oneHot of ${indices} in ${depth}`,
      [x],
      (tensor) => tf.oneHot(tensor as tf.Tensor1D, depth, 1, 0, "float32"),
    );
  });

const products = fc.tuple(shapes(0, 2), dim, dim, dim, fc.boolean(), fc.boolean())
  .chain(([batch, n, k, m, flipA, flipB]) => {
    const a = [...batch, ...(flipA ? [k, n] : [n, k])];
    const b = [...batch, ...(flipB ? [m, k] : [k, m])];
    return fc.tuple(operandOf(a, "float32"), operandOf(b, "float32")).map((operands) =>
      call(`matMul, transposed ${flipA} ${flipB}`, operands, (x, y) => tf.matMul(x!, y!, flipA, flipB))
    );
  });

const convolutions = fc.tuple(
  fc.constantFrom(0, 1, 2),
  fc.constantFrom(1, 3),
  fc.integer({ min: 5, max: 8 }),
  fc.constantFrom<"same" | "valid">("same", "valid"),
  fc.constantFrom([1, 1], [2, 1], [1, 2]),
  fc.boolean(),
  fc.constantFrom(0, 2),
).chain(([n, kernel, size, pad, [stride, dilation], depthwise, outputs]) =>
  fc.tuple(operandOf([n, size, size + 1, 3], "float32"), operandOf([kernel, kernel, 3, outputs], "float32"))
    .map((operands) =>
      call(
        `${depthwise ? "depthwiseConv2d" : "conv2d"} ${pad}, stride ${stride}, dilation ${dilation}`,
        operands,
        (x, w) =>
          (depthwise ? tf.depthwiseConv2d : tf.conv2d)(
            x as tf.Tensor4D,
            w as tf.Tensor4D,
            stride!,
            pad,
            "NHWC",
            dilation!,
          ),
      )
    )
);

const pooling = fc.tuple(
  fc.constantFrom(0, 1, 2),
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 2 }),
  fc.constantFrom<"same" | "valid">("same", "valid"),
).chain(([n, kernel, stride, pad]) =>
  operandOf([n, 5, 6, 3], "float32").map((x) =>
    call(
      `maxPool ${kernel} by ${stride}, ${pad}`,
      [x],
      (tensor) => tf.maxPool(tensor as tf.Tensor4D, kernel, stride, pad),
    )
  )
);

const making = shapes(0, 4).map((shape) => call(`zeros ${shape}`, [], () => tf.zeros(shape)));

/** Families of calls by name. */
export const OP_CALLS: Readonly<Record<string, fc.Arbitrary<OpCall>>> = {
  "exp, log, rsqrt, sqrt, sigmoid, step": unary(FLOAT_UNARY, "float32"),
  "abs, neg, relu, square": unary(NUMERIC_UNARY, "float32", "int32"),
  "clone, onesLike, zerosLike, cast": unary(ANY_UNARY, "float32", "int32", "bool"),
  "add, sub, mul, maximum, minimum, equal, notEqual, greater": binary,
  "div": division,
  "arithmetic with numbers": scalarArithmetic,
  "sum, mean, max, min": reduction,
  "sum of nothing": emptySum,
  "softmax, logSoftmax": softmaxes,
  "argMax": argMax,
  "concat": joining,
  "stack": stacking,
  "split": splitting,
  "slice": slicing,
  "stridedSlice": striding,
  "pad": padding,
  "transpose, reverse, tile, expandDims, reshape": moving,
  "gather": gathering,
  "oneHot": oneHots,
  "matMul": products,
  "conv2d, depthwiseConv2d": convolutions,
  "maxPool": pooling,
  "zeros": making,
};
