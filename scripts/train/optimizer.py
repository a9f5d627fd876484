# The optimiser: Muon (orthogonalised momentum) for the matrices inside the layers, AdamW for embeddings and norms.
import jax
import jax.numpy as jnp

MATRICES = ("wq", "wk", "wv", "wo", "gate", "up", "down")


def start(params: dict) -> dict:
    return {name: jnp.zeros_like(p) if name in MATRICES else (jnp.zeros_like(p), jnp.zeros_like(p)) for name, p in params.items()}


def orthogonal(g):
    """Nearest semi-orthogonal matrix of each stacked matrix, by five Newton-Schulz steps (quintic, Jordan's coefficients)."""
    tall = g.shape[-2] > g.shape[-1]
    x = jnp.swapaxes(g, -1, -2) if tall else g
    x = x / (jnp.linalg.norm(x, axis=(-2, -1), keepdims=True) + 1e-7)
    for _ in range(5):
        a = x @ jnp.swapaxes(x, -1, -2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return jnp.swapaxes(x, -1, -2) if tall else x


def update(params: dict, state: dict, grads: dict, step, rate):
    """One step. `rate` is the schedule's factor (0..1); `step` counts from 1."""
    new_params, new_state = {}, {}
    for name, p in params.items():
        g = grads[name]
        if name in MATRICES:
            momentum = 0.95 * state[name] + g
            move = orthogonal(g + 0.95 * momentum) * max(1.0, p.shape[-1] / p.shape[-2]) ** 0.5
            new_params[name] = p * (1 - rate * 0.02 * 0.02) - rate * 0.02 * move
            new_state[name] = momentum
        else:
            m = 0.9 * state[name][0] + 0.1 * g
            v = 0.99 * state[name][1] + 0.01 * g * g
            hat = (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.99**step)) + 1e-8)
            new_params[name] = p - rate * 0.004 * hat
            new_state[name] = (m, v)
    return new_params, new_state
