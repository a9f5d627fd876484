# The network: a llama-architecture decoder (RMSNorm, RoPE, SwiGLU, tied embeddings) as pure functions over a dict of arrays.
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Shape:
    vocab: int = 1024
    width: int = 128
    hidden: int = 384
    layers: int = 5
    heads: int = 4
    context: int = 512
    eps: float = 1e-5
    rope_base: float = 10000.0


def init(shape: Shape, seed: int) -> dict:
    """Random parameters. Matrices map rows to columns (x @ w); those of all layers are stacked on the first axis."""
    rng = np.random.default_rng(seed)
    d, h, n = shape.width, shape.hidden, shape.layers

    def normal(std, *dims):
        return jnp.asarray(rng.normal(0.0, std, dims), jnp.float32)

    back = 1.0 / np.sqrt(2 * n)
    return {
        "embed": normal(0.05, shape.vocab, d),
        "norm": jnp.ones((d,)),
        "norm_attn": jnp.ones((n, d)),
        "norm_ffn": jnp.ones((n, d)),
        "wq": normal(d**-0.5, n, d, d),
        "wk": normal(d**-0.5, n, d, d),
        "wv": normal(d**-0.5, n, d, d),
        "wo": normal(d**-0.5 * back, n, d, d),
        "gate": normal(d**-0.5, n, d, h),
        "up": normal(d**-0.5, n, d, h),
        "down": normal(h**-0.5 * back, n, h, d),
    }


def count(params: dict) -> int:
    return sum(int(p.size) for p in params.values())


def rms_norm(x, weight, eps):
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + eps) * weight


def rotate(x, base):
    """Interleaved rotary embedding, as llama.cpp expects for the `llama` architecture. x: batch, time, heads, head width."""
    time, half = x.shape[1], x.shape[3] // 2
    angle = np.outer(np.arange(time), base ** (-np.arange(half) / half)).astype(np.float32)
    cos, sin = np.cos(angle)[None, :, None, :], np.sin(angle)[None, :, None, :]
    even, odd = x[..., 0::2], x[..., 1::2]
    return jnp.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1).reshape(x.shape)


def logits(params: dict, tokens, segments, shape: Shape):
    """Next-token logits. `segments` numbers the dialogues packed in a row: no dialogue sees another."""
    batch, time = tokens.shape
    n_heads, width = shape.heads, shape.width // shape.heads
    causal = np.tril(np.ones((time, time), bool))
    mask = causal[None] & (segments[:, :, None] == segments[:, None, :])
    bias = jnp.where(mask, 0.0, -1e9)[:, None]
    x = params["embed"][tokens]
    for i in range(shape.layers):
        y = rms_norm(x, params["norm_attn"][i], shape.eps)
        q, k, v = ((y @ params[w][i]).reshape(batch, time, n_heads, width) for w in ("wq", "wk", "wv"))
        q, k = rotate(q, shape.rope_base), rotate(k, shape.rope_base)
        score = jnp.einsum("bqhd,bkhd->bhqk", q, k) * width**-0.5 + bias
        mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(score, axis=-1), v)
        x = x + mixed.reshape(batch, time, shape.width) @ params["wo"][i]
        y = rms_norm(x, params["norm_ffn"][i], shape.eps)
        x = x + (jax.nn.silu(y @ params["gate"][i]) * (y @ params["up"][i])) @ params["down"][i]
    return rms_norm(x, params["norm"], shape.eps) @ params["embed"].T


def loss_sum(params: dict, batch: tuple, shape: Shape):
    """Sum of weighted next-token cross-entropies and sum of weights. batch: tokens, segments, weight of each *target*."""
    tokens, segments, weight = batch
    out = logits(params, tokens[:, :-1], segments[:, :-1], shape)
    target = tokens[:, 1:]
    same = segments[:, 1:] == segments[:, :-1]
    weight = jnp.where(same, weight[:, 1:], 0.0)
    picked = jnp.take_along_axis(out, target[..., None], axis=-1)[..., 0]
    nll = jax.nn.logsumexp(out, axis=-1) - picked
    return jnp.sum(nll * weight), jnp.sum(weight)
