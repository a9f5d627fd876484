# Trains the tiny model: `python train.py --corpus DIR --out MODEL.gguf --log LOG`. Needs about half an hour of two cores.
import argparse
import json
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import gguf_file
import network
import optimizer
import packing
from tokenizer import Vocabulary


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--corpus", required=True, help="folder with train.jsonl")
    p.add_argument("--out", required=True, help="GGUF to write")
    p.add_argument("--log", required=True, help="training log to write (tab-separated)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--layers", type=int, default=5)
    p.add_argument("--short-rows", type=int, default=48, help="rows of 128 tokens in a batch")
    p.add_argument("--start", help="GGUF of an earlier run to go on from, with its vocabulary")
    p.add_argument("--peak", type=float, default=1.0, help="highest factor of the learning rate")
    p.add_argument("--steps", type=int, default=0, help="stop the schedule early; 0: one pass over the corpus")
    return p.parse_args()


def main():
    args = arguments()
    shape = network.Shape(layers=args.layers)
    turns = [json.loads(line) for line in open(Path(args.corpus) / "train.jsonl", encoding="utf-8")]
    if args.start:
        params, vocabulary = gguf_file.read(args.start)
        params = {k: jnp.asarray(v, jnp.float32) for k, v in params.items()}
    else:
        params = network.init(shape, args.seed)
        vocabulary = Vocabulary.learn((text for t in turns[:40000] for pair in t for text in pair), shape.vocab)
    short, long, dropped = packing.pack_all([vocabulary.dialogue(t) for t in turns])
    steps = args.steps or len(short[0]) // args.short_rows
    per_step_long = max(1, round(len(long[0]) * args.short_rows / len(short[0])))
    rng = np.random.default_rng(args.seed)

    def batches(rows, size):
        while True:
            order = rng.permutation(len(rows[0]))
            for at in range(0, len(order) - size + 1, size):
                yield tuple(jnp.asarray(r[order[at : at + size]]) for r in rows)

    @jax.jit
    def step(params, state, first, second, number, rate):
        def mean(p):
            a, b = network.loss_sum(p, first, shape)
            c, d = network.loss_sum(p, second, shape)
            return (a + c) / (b + d)

        loss, grads = jax.value_and_grad(mean)(params)
        params, state = optimizer.update(params, state, grads, number, rate)
        return params, state, loss

    state = optimizer.start(params)
    log = open(args.log, "w", encoding="utf-8")
    per_step = args.short_rows * packing.SHORT + per_step_long * packing.LONG
    print(f"# parameters {network.count(params)}, dialogues {len(turns)} ({dropped} too long), steps {steps}, tokens per step {per_step}, seed {args.seed}", file=log)
    print("step\tloss\trate\twall_s\tcpu_s", file=log, flush=True)
    first, second = batches(short, args.short_rows), batches(long, per_step_long)
    wall, cpu, sum_loss, since = time.time(), time.process_time(), 0.0, 0
    for number in range(1, steps + 1):
        rate = args.peak * min(1.0, number / 30, 1.25 * (1 - number / (steps + 1)))
        params, state, loss = step(params, state, next(first), next(second), float(number), rate)
        sum_loss, since = sum_loss + float(loss), since + 1
        if number % 25 == 0 or number == steps:
            print(f"{number}\t{sum_loss / since:.4f}\t{rate:.3f}\t{time.time() - wall:.0f}\t{time.process_time() - cpu:.0f}", file=log, flush=True)
            sum_loss, since = 0.0, 0
        if number % 400 == 0 or number == steps:
            gguf_file.write(args.out, {k: np.asarray(v) for k, v in params.items()}, shape, vocabulary)


if __name__ == "__main__":
    main()
