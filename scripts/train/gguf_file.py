# Writes the trained model as GGUF: llama architecture, Q8_0 matrices, SentencePiece vocabulary, chat template.
import gguf
import numpy as np

import tokenizer as tok

# System messages are left out: the model never saw one. The space lets the first word of a question be the token it is elsewhere.
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '<|user|> ' + message['content'] + '<|end|>' }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>' + message['content'] + '<|end|>' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)

MATRICES = (("attn_q", "wq"), ("attn_k", "wk"), ("attn_v", "wv"), ("attn_output", "wo"), ("ffn_gate", "gate"), ("ffn_up", "up"), ("ffn_down", "down"))


def write(path: str, params: dict, shape, vocabulary):
    w = gguf.GGUFWriter(path, "llama")
    w.add_name("moat-tiny")
    w.add_license("Apache-2.0")
    w.add_description("A closed-grammar assistant for demos and tests. It knows a small world and nothing else.")
    w.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    w.add_quantization_version(gguf.GGML_QUANT_VERSION)
    w.add_context_length(shape.context)
    w.add_embedding_length(shape.width)
    w.add_block_count(shape.layers)
    w.add_feed_forward_length(shape.hidden)
    w.add_head_count(shape.heads)
    w.add_head_count_kv(shape.heads)
    w.add_layer_norm_rms_eps(shape.eps)
    w.add_rope_dimension_count(shape.width // shape.heads)
    w.add_rope_freq_base(shape.rope_base)
    w.add_vocab_size(shape.vocab)
    w.add_tokenizer_model("llama")
    w.add_token_list([t.encode() for t in vocabulary.tokens])
    w.add_token_scores(vocabulary.scores)
    kind = gguf.TokenType
    w.add_token_types([kind.UNKNOWN] + [kind.CONTROL] * (len(tok.SPECIAL) - 1) + [kind.BYTE] * 256 + [kind.NORMAL] * (shape.vocab - vocabulary.first_normal))
    w.add_bos_token_id(tok.BEGIN)
    w.add_eos_token_id(tok.END)
    w.add_eot_token_id(tok.END)
    w.add_unk_token_id(tok.UNKNOWN)
    w.add_pad_token_id(tok.END)
    w.add_add_bos_token(True)
    w.add_add_eos_token(False)
    w.add_add_space_prefix(False)
    w.add_chat_template(TEMPLATE)

    def matrix(name: str, value: np.ndarray):
        data = gguf.quants.quantize(np.ascontiguousarray(value, np.float32), gguf.GGMLQuantizationType.Q8_0)
        w.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    def vector(name: str, value: np.ndarray):
        w.add_tensor(name, np.ascontiguousarray(value, np.float32))

    matrix("token_embd.weight", params["embed"])
    vector("output_norm.weight", params["norm"])
    for i in range(shape.layers):
        vector(f"blk.{i}.attn_norm.weight", params["norm_attn"][i])
        vector(f"blk.{i}.ffn_norm.weight", params["norm_ffn"][i])
        for name, key in MATRICES:
            matrix(f"blk.{i}.{name}.weight", params[key][i].T)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def read(path: str):
    """Parameters (rounded by Q8_0) and vocabulary of a file that `write` made, to train on from there."""
    reader = gguf.GGUFReader(path)
    tensors = {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    tokens = [bytes(part).decode() for part in (reader.fields["tokenizer.ggml.tokens"].parts[i] for i in reader.fields["tokenizer.ggml.tokens"].data)]
    layers = int(reader.fields["llama.block_count"].contents())

    def stacked(name: str):
        return np.stack([tensors[f"blk.{i}.{name}.weight"].T for i in range(layers)])

    params = {"embed": tensors["token_embd.weight"], "norm": tensors["output_norm.weight"]}
    params |= {"norm_attn": stacked("attn_norm"), "norm_ffn": stacked("ffn_norm")}
    params |= {key: stacked(name) for name, key in MATRICES}
    return params, tok.Vocabulary.of(tokens)
